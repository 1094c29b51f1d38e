/**
 * The checksum of each stored block: XXH64 in WebAssembly, chosen by measurement (docs/decisions/0002-block-checksum.md).
 *
 * Its name stands in every blob, so that another one can take its place without touching what is stored.
 */
import { createKernels, type Kernels } from '../../base/kernels/kernels.ts'

/** Bytes that one checksum covers. A range read reads whole blocks, so a block is the least that a disk is asked for. */
export const blockBytes = 65_536
/** Bytes of one checksum. */
export const blockSumBytes = 8
/** As it stands in headers and trailers. */
export const blockSumName = 'XXH64'

/** The checksum of at most a block, of 64 bits. */
export type BlockSum = (block: Uint8Array) => bigint

/** Blocks that lie in the kernels' own memory are looked at where they are, others are copied there first. */
export function blockSumWith({ run, memory, staging }: Kernels = createKernels()): BlockSum {
  return (block) => {
    const here = block.buffer === memory.buffer
    if (!here) memory.set(block, staging)
    const sum = run.xxh64(here ? block.byteOffset : staging, block.length)
    return BigInt.asUintN(64, sum)
  }
}

/** Number of blocks, the last one perhaps shorter, that `sizeBytes` take. */
export function blockCount(sizeBytes: number): number {
  return Math.ceil(sizeBytes / blockBytes)
}
