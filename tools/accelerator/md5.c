/*
 * MD5 (RFC 1321) of 16 bodies side by side, a word of each in a vector of 512 bits, which also turns words round and mixes
 * three of them in one instruction each. In vectors of 256 bits it was no faster than WebAssembly's
 * (docs/decisions/0025-accelerator.md), so there is no such form.
 */
#include <immintrin.h>
#include <string.h>
#include "kernels.h"

#define LONG_VECTORS __attribute__((target("avx512f")))

int md5_supported(void) { return HAS_LONG_VECTORS("avx512f"); }

/* Of four rows, each quarter's four words become a column of the same quarter. */
#define TURN_QUARTERS(r0, r1, r2, r3)                  \
  {                                                    \
    __m512i low01 = _mm512_unpacklo_epi32(r0, r1);     \
    __m512i low23 = _mm512_unpacklo_epi32(r2, r3);     \
    __m512i high01 = _mm512_unpackhi_epi32(r0, r1);    \
    __m512i high23 = _mm512_unpackhi_epi32(r2, r3);    \
    r0 = _mm512_unpacklo_epi64(low01, low23);          \
    r1 = _mm512_unpackhi_epi64(low01, low23);          \
    r2 = _mm512_unpacklo_epi64(high01, high23);        \
    r3 = _mm512_unpackhi_epi64(high01, high23);        \
  }

/* Four rows of quarters become columns. */
#define TURN_ROWS(r0, r1, r2, r3)                      \
  {                                                    \
    __m512i even01 = _mm512_shuffle_i32x4(r0, r1, 0x88); \
    __m512i odd01 = _mm512_shuffle_i32x4(r0, r1, 0xdd);  \
    __m512i even23 = _mm512_shuffle_i32x4(r2, r3, 0x88); \
    __m512i odd23 = _mm512_shuffle_i32x4(r2, r3, 0xdd);  \
    r0 = _mm512_shuffle_i32x4(even01, even23, 0x88);     \
    r1 = _mm512_shuffle_i32x4(odd01, odd23, 0x88);       \
    r2 = _mm512_shuffle_i32x4(even01, even23, 0xdd);     \
    r3 = _mm512_shuffle_i32x4(odd01, odd23, 0xdd);       \
  }

/* A block of each body becomes sixteen vectors: the first words of all bodies, the second words, and so on. */
LONG_VECTORS static inline void read_words(
    __m512i words[16], const uint8_t *const bodies[MD5_LANES], size_t at) {
  __m512i r[16];
#pragma GCC unroll 16
  for (int lane = 0; lane < 16; lane++) r[lane] = _mm512_loadu_si512(bodies[lane] + at);
#pragma GCC unroll 4
  for (int four = 0; four < 16; four += 4) {
    TURN_QUARTERS(r[four], r[four + 1], r[four + 2], r[four + 3])
  }
#pragma GCC unroll 4
  for (int one = 0; one < 4; one++) {
    TURN_ROWS(r[one], r[one + 4], r[one + 8], r[one + 12])
  }
#pragma GCC unroll 16
  for (int word = 0; word < 16; word++) words[word] = r[word];
}

/* Tables of three bits, x highest: x ? y : z, z ? x : y, x ^ y ^ z, y ^ (x | ~z). */
#define F 0xca
#define G 0xe4
#define H 0x96
#define I 0x39

/* One step; what does not wait for the step before is added first. */
#define STEP(mix, a, b, c, d, word, bits, sine)                                              \
  {                                                                                          \
    __m512i ready = _mm512_add_epi32(_mm512_add_epi32(a, words[word]), _mm512_set1_epi32((int)sine)); \
    __m512i mixed = _mm512_ternarylogic_epi32(b, c, d, mix);                                 \
    a = _mm512_add_epi32(b, _mm512_rol_epi32(_mm512_add_epi32(ready, mixed), bits));         \
  }

#define FOUR(mix, w0, w1, w2, w3, t0, t1, t2, t3, s0, s1, s2, s3) \
  STEP(mix, a, b, c, d, w0, t0, s0)                              \
  STEP(mix, d, a, b, c, w1, t1, s1)                              \
  STEP(mix, c, d, a, b, w2, t2, s2)                              \
  STEP(mix, b, c, d, a, w3, t3, s3)

LONG_VECTORS void md5_update(
    uint8_t *states, const uint8_t *const bodies[MD5_LANES], size_t blocks) {
  uint32_t rows[4][MD5_LANES];
  for (int lane = 0; lane < MD5_LANES; lane++) {
    for (int row = 0; row < 4; row++) memcpy(&rows[row][lane], states + MD5_STATE * lane + 4 * row, 4);
  }
  __m512i a = _mm512_loadu_si512(rows[0]), b = _mm512_loadu_si512(rows[1]);
  __m512i c = _mm512_loadu_si512(rows[2]), d = _mm512_loadu_si512(rows[3]);
  for (size_t block = 0; block < blocks; block++) {
    __m512i words[16], a_before = a, b_before = b, c_before = c, d_before = d;
    read_words(words, bodies, block * MD5_BLOCK);
    FOUR(F, 0, 1, 2, 3, 7, 12, 17, 22, 0xd76aa478, 0xe8c7b756, 0x242070db, 0xc1bdceee)
    FOUR(F, 4, 5, 6, 7, 7, 12, 17, 22, 0xf57c0faf, 0x4787c62a, 0xa8304613, 0xfd469501)
    FOUR(F, 8, 9, 10, 11, 7, 12, 17, 22, 0x698098d8, 0x8b44f7af, 0xffff5bb1, 0x895cd7be)
    FOUR(F, 12, 13, 14, 15, 7, 12, 17, 22, 0x6b901122, 0xfd987193, 0xa679438e, 0x49b40821)
    FOUR(G, 1, 6, 11, 0, 5, 9, 14, 20, 0xf61e2562, 0xc040b340, 0x265e5a51, 0xe9b6c7aa)
    FOUR(G, 5, 10, 15, 4, 5, 9, 14, 20, 0xd62f105d, 0x2441453, 0xd8a1e681, 0xe7d3fbc8)
    FOUR(G, 9, 14, 3, 8, 5, 9, 14, 20, 0x21e1cde6, 0xc33707d6, 0xf4d50d87, 0x455a14ed)
    FOUR(G, 13, 2, 7, 12, 5, 9, 14, 20, 0xa9e3e905, 0xfcefa3f8, 0x676f02d9, 0x8d2a4c8a)
    FOUR(H, 5, 8, 11, 14, 4, 11, 16, 23, 0xfffa3942, 0x8771f681, 0x6d9d6122, 0xfde5380c)
    FOUR(H, 1, 4, 7, 10, 4, 11, 16, 23, 0xa4beea44, 0x4bdecfa9, 0xf6bb4b60, 0xbebfbc70)
    FOUR(H, 13, 0, 3, 6, 4, 11, 16, 23, 0x289b7ec6, 0xeaa127fa, 0xd4ef3085, 0x4881d05)
    FOUR(H, 9, 12, 15, 2, 4, 11, 16, 23, 0xd9d4d039, 0xe6db99e5, 0x1fa27cf8, 0xc4ac5665)
    FOUR(I, 0, 7, 14, 5, 6, 10, 15, 21, 0xf4292244, 0x432aff97, 0xab9423a7, 0xfc93a039)
    FOUR(I, 12, 3, 10, 1, 6, 10, 15, 21, 0x655b59c3, 0x8f0ccc92, 0xffeff47d, 0x85845dd1)
    FOUR(I, 8, 15, 6, 13, 6, 10, 15, 21, 0x6fa87e4f, 0xfe2ce6e0, 0xa3014314, 0x4e0811a1)
    FOUR(I, 4, 11, 2, 9, 6, 10, 15, 21, 0xf7537e82, 0xbd3af235, 0x2ad7d2bb, 0xeb86d391)
    a = _mm512_add_epi32(a, a_before);
    b = _mm512_add_epi32(b, b_before);
    c = _mm512_add_epi32(c, c_before);
    d = _mm512_add_epi32(d, d_before);
  }
  _mm512_storeu_si512(rows[0], a);
  _mm512_storeu_si512(rows[1], b);
  _mm512_storeu_si512(rows[2], c);
  _mm512_storeu_si512(rows[3], d);
  for (int lane = 0; lane < MD5_LANES; lane++) {
    for (int row = 0; row < 4; row++) memcpy(states + MD5_STATE * lane + 4 * row, &rows[row][lane], 4);
  }
}
