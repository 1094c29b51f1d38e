/*
 * Reflected CRCs by carry-less multiplication.
 *
 * A CRC is a remainder of polynomials over GF(2). Sixteen bytes that lie n bits before others may be added to them once they
 * were multiplied by x^n, and a product's remainder is as good as the product; so long runs shrink to sixteen bytes, which a
 * table finishes. Bits are reflected: the lowest bit of the first byte has the highest power. The product of two
 * reflected words is one bit short of a reflected product, so each power here is one less than the distance it carries over.
 *
 * Several remainders run at once, for a multiplication takes longer than the next one has to wait.
 */
#include <immintrin.h>
#include <string.h>
#include "kernels.h"

/* x^power, of which a CRC of 32 bits has its remainder in the upper half. */
static uint64_t power_of_x(uint64_t modulus, unsigned bits, unsigned power) {
  uint64_t value = 1ull << (bits - 1);
  for (; power > 0; power--) value = (value >> 1) ^ (value & 1 ? modulus : 0);
  return value << (64 - bits);
}

static void carry_over(uint64_t powers[2], uint64_t modulus, unsigned bits, unsigned distance) {
  powers[0] = power_of_x(modulus, bits, distance + 64 - 1);
  powers[1] = power_of_x(modulus, bits, distance - 1);
}

void crc_prepare(Crc *crc, uint64_t modulus, unsigned bits) {
  for (unsigned byte = 0; byte < 256; byte++) {
    uint64_t value = byte;
    for (int bit = 0; bit < 8; bit++) value = (value >> 1) ^ (value & 1 ? modulus : 0);
    crc->table[byte] = value;
  }
  carry_over(crc->near, modulus, bits, 128);
  carry_over(crc->far, modulus, bits, 1024);
  carry_over(crc->farthest, modulus, bits, 2048);
}

int crc_supported(void) {
  return __builtin_cpu_supports("avx") && __builtin_cpu_supports("pclmul");
}

static uint64_t by_table(const Crc *crc, uint64_t state, const uint8_t *bytes, size_t length) {
  for (; length > 0; length--) state = (state >> 8) ^ crc->table[(state ^ *bytes++) & 255];
  return state;
}

/* VEX forms: the older ones take twice as long, for they need copies of their operands. */
#define SHORT_VECTORS __attribute__((target("avx,pclmul")))
#define LONG_VECTORS __attribute__((target("avx512f,vpclmulqdq,avx,pclmul")))

SHORT_VECTORS static inline __m128i carried(__m128i sum, __m128i powers, const uint8_t *onto) {
  __m128i first = _mm_clmulepi64_si128(sum, powers, 0x00);
  __m128i second = _mm_clmulepi64_si128(sum, powers, 0x11);
  return _mm_xor_si128(_mm_xor_si128(first, second), _mm_loadu_si128((const __m128i *)onto));
}

/* The state after `sums`, which stand for all bytes before, and then after the rest. */
SHORT_VECTORS static uint64_t finished(
    const Crc *crc, const uint8_t *sums, size_t length, const uint8_t *rest, size_t rest_length) {
  __m128i powers = _mm_loadu_si128((const __m128i *)crc->near);
  __m128i sum = _mm_loadu_si128((const __m128i *)sums);
  for (size_t at = 16; at < length; at += 16) sum = carried(sum, powers, sums + at);
  for (; rest_length >= 16; rest_length -= 16, rest += 16) sum = carried(sum, powers, rest);
  uint8_t last[16];
  _mm_storeu_si128((__m128i *)last, sum);
  return by_table(crc, by_table(crc, 0, last, sizeof last), rest, rest_length);
}

/* Below `LONG_RUNS_FROM` bytes long runs gain less than bringing them together costs. */
enum { SHORT_RUN = 128, LONG_RUN = 256, LONG_RUNS_FROM = 1024 };

SHORT_VECTORS static uint64_t in_short_runs(
    const Crc *crc, uint64_t state, const uint8_t *bytes, size_t length) {
  __m128i sums[SHORT_RUN / 16], powers = _mm_loadu_si128((const __m128i *)crc->far);
  memcpy(sums, bytes, SHORT_RUN);
  sums[0] = _mm_xor_si128(sums[0], _mm_set_epi64x(0, (long long)state));
  for (;;) {
    bytes += SHORT_RUN;
    length -= SHORT_RUN;
    if (length < SHORT_RUN) break;
#pragma GCC unroll 8
    for (int at = 0; at < SHORT_RUN / 16; at++) {
      sums[at] = carried(sums[at], powers, bytes + 16 * at);
    }
  }
  return finished(crc, (const uint8_t *)sums, SHORT_RUN, bytes, length);
}

LONG_VECTORS static uint64_t in_long_runs(
    const Crc *crc, uint64_t state, const uint8_t *bytes, size_t length) {
  __m512i sums[LONG_RUN / 64];
  __m512i powers = _mm512_broadcast_i32x4(_mm_loadu_si128((const __m128i *)crc->farthest));
  memcpy(sums, bytes, LONG_RUN);
  __m128i begun = _mm_set_epi64x(0, (long long)state);
  sums[0] = _mm512_xor_si512(sums[0], _mm512_zextsi128_si512(begun));
  for (;;) {
    bytes += LONG_RUN;
    length -= LONG_RUN;
    if (length < LONG_RUN) break;
#pragma GCC unroll 4
    for (int at = 0; at < LONG_RUN / 64; at++) {
      __m512i first = _mm512_clmulepi64_epi128(sums[at], powers, 0x00);
      __m512i second = _mm512_clmulepi64_epi128(sums[at], powers, 0x11);
      __m512i onto = _mm512_loadu_si512(bytes + 64 * at);
      sums[at] = _mm512_xor_si512(_mm512_xor_si512(first, second), onto);
    }
  }
  return finished(crc, (const uint8_t *)sums, LONG_RUN, bytes, length);
}

uint64_t crc_update(const Crc *crc, uint64_t state, const uint8_t *bytes, size_t length) {
  if (length < SHORT_RUN) return by_table(crc, state, bytes, length);
  int in_short = length < LONG_RUNS_FROM || !HAS_LONG_VECTORS("vpclmulqdq");
  if (in_short) return in_short_runs(crc, state, bytes, length);
  return in_long_runs(crc, state, bytes, length);
}
