/*
 * The accelerator's kernels: what the WebAssembly of src/base/kernels computes, with instructions that WebAssembly lacks.
 *
 * None of them keeps anything between calls, and none checks its arguments: module.c does, for it knows the bounds.
 */
#ifndef ASHLAR_KERNELS_H
#define ASHLAR_KERNELS_H

#include <stddef.h>
#include <stdint.h>

/* Whether this processor has vectors of 512 bits and what else is named. Tests build a form for those that have none. */
#ifdef ASHLAR_SHORT_VECTORS
#define HAS_LONG_VECTORS(and) 0
#else
#define HAS_LONG_VECTORS(and) (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports(and))
#endif

/* What the constants and tables of one reflected CRC come to (crc.c). */
typedef struct {
  uint64_t table[256];
  /* Powers of x that carry a remainder over 128, 1024 and 2048 bits: for its first and its second eight bytes. */
  uint64_t near[2], far[2], farthest[2];
} Crc;

/* Fills `crc` for a modulus of 32 or 64 bits, reversed. */
void crc_prepare(Crc *crc, uint64_t modulus, unsigned bits);
/* Whether this processor can divide without carry; nobody may call crc_update where it cannot. */
int crc_supported(void);
/* The state after so many bytes. Bits that a CRC turns round at its beginning and end are its caller's matter. */
uint64_t crc_update(const Crc *crc, uint64_t state, const uint8_t *bytes, size_t length);

enum { MD5_LANES = 16, MD5_BLOCK = 64, MD5_STATE = 16 };
int md5_supported(void);
/* So many blocks of each of 16 bodies. The states lie one after the other and may lie anywhere. */
void md5_update(uint8_t *states, const uint8_t *const bodies[MD5_LANES], size_t blocks);

/* XXH64, seed 0, of each block of `block` bytes, the last one perhaps shorter: eight bytes each, the highest first. */
void xxh64_blocks(const uint8_t *bytes, size_t length, size_t block, uint8_t *sums);

#endif
