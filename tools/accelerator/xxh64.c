/*
 * XXH64 with the seed 0, as the xxHash project specifies it: four sums side by side over stripes of 32 bytes, folded into one.
 *
 * The sums of one block wait for each other's multiplications, so four blocks are summed at once where the processor
 * multiplies words of 64 bits in vectors.
 */
#include <immintrin.h>
#include <string.h>
#include "kernels.h"

#define PRIME1 0x9e3779b185ebca87ull
#define PRIME2 0xc2b2ae3d27d4eb4full
#define PRIME3 0x165667b19e3779f9ull
#define PRIME4 0x85ebca77c2b2ae63ull
#define PRIME5 0x27d4eb2f165667c5ull

enum { STRIPE = 32, AT_ONCE = 4 };

static inline uint64_t turned(uint64_t value, int bits) {
  return value << bits | value >> (64 - bits);
}

static inline uint64_t added(uint64_t sum, uint64_t word) {
  return turned(sum + word * PRIME2, 31) * PRIME1;
}

static inline uint64_t word_at(const uint8_t *bytes) {
  uint64_t word;
  memcpy(&word, bytes, sizeof word);
  return word;
}

/* The four sums, what comes after the last whole stripe, and the length of all. */
static uint64_t folded(const uint64_t sums[4], const uint8_t *rest, size_t length) {
  uint64_t hash = PRIME5;
  if (length >= STRIPE) {
    hash = turned(sums[0], 1) + turned(sums[1], 7) + turned(sums[2], 12) + turned(sums[3], 18);
    for (int at = 0; at < 4; at++) hash = (hash ^ added(0, sums[at])) * PRIME1 + PRIME4;
  }
  hash += length;
  size_t left = length % STRIPE;
  for (; left >= 8; left -= 8, rest += 8) {
    hash = turned(hash ^ added(0, word_at(rest)), 27) * PRIME1 + PRIME4;
  }
  if (left >= 4) {
    uint32_t half;
    memcpy(&half, rest, sizeof half);
    hash = turned(hash ^ half * PRIME1, 23) * PRIME2 + PRIME3;
    left -= 4;
    rest += 4;
  }
  for (; left > 0; left--) hash = turned(hash ^ *rest++ * PRIME5, 11) * PRIME1;
  hash = (hash ^ hash >> 33) * PRIME2;
  hash = (hash ^ hash >> 29) * PRIME3;
  return hash ^ hash >> 32;
}

static uint64_t one_block(const uint8_t *bytes, size_t length) {
  uint64_t sums[4] = {PRIME1 + PRIME2, PRIME2, 0, 0 - PRIME1};
  size_t whole = length - length % STRIPE;
  for (size_t at = 0; at < whole; at += STRIPE) {
    for (int lane = 0; lane < 4; lane++) sums[lane] = added(sums[lane], word_at(bytes + at + 8 * lane));
  }
  return folded(sums, bytes + whole, length);
}

__attribute__((target("avx512f,avx512vl,avx512dq"))) static void four_blocks(
    const uint8_t *bytes, size_t block, uint64_t hashes[AT_ONCE]) {
  const __m256i prime1 = _mm256_set1_epi64x((long long)PRIME1);
  const __m256i prime2 = _mm256_set1_epi64x((long long)PRIME2);
  uint64_t begun[4] = {PRIME1 + PRIME2, PRIME2, 0, 0 - PRIME1};
  __m256i sums[AT_ONCE];
  for (int of = 0; of < AT_ONCE; of++) sums[of] = _mm256_loadu_si256((const __m256i *)begun);
  size_t whole = block - block % STRIPE;
  for (size_t at = 0; at < whole; at += STRIPE) {
#pragma GCC unroll 4
    for (int of = 0; of < AT_ONCE; of++) {
      __m256i words = _mm256_loadu_si256((const __m256i *)(bytes + of * block + at));
      __m256i sum = _mm256_add_epi64(sums[of], _mm256_mullo_epi64(words, prime2));
      sums[of] = _mm256_mullo_epi64(_mm256_rol_epi64(sum, 31), prime1);
    }
  }
  for (int of = 0; of < AT_ONCE; of++) {
    uint64_t words[4];
    memcpy(words, &sums[of], sizeof words);
    hashes[of] = folded(words, bytes + of * block + whole, block);
  }
}

static void put(uint8_t *sums, size_t index, uint64_t hash) {
  uint64_t highest_first = __builtin_bswap64(hash);
  memcpy(sums + index * sizeof hash, &highest_first, sizeof hash);
}

void xxh64_blocks(const uint8_t *bytes, size_t length, size_t block, uint8_t *sums) {
  size_t index = 0;
  int in_vectors = HAS_LONG_VECTORS("avx512vl") && HAS_LONG_VECTORS("avx512dq");
  for (; in_vectors && length / AT_ONCE >= block; length -= AT_ONCE * block, bytes += AT_ONCE * block) {
    uint64_t hashes[AT_ONCE];
    four_blocks(bytes, block, hashes);
    for (int of = 0; of < AT_ONCE; of++) put(sums, index++, hashes[of]);
  }
  while (length > 0) {
    size_t taken = length < block ? length : block;
    put(sums, index++, one_block(bytes, taken));
    bytes += taken;
    length -= taken;
  }
}
