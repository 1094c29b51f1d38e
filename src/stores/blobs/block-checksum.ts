/**
 * The checksum of each stored block: XXH64, chosen by measurement (docs/decisions/0002-block-checksum.md); by the accelerator
 * where there is one, else in WebAssembly.
 *
 * Its name stands in every blob, so that another one can take its place without touching what is stored.
 */
import type { Accelerator } from '../../base/accelerator.ts'
import type { Kernels } from '../../base/kernels/kernels.ts'

/** Bytes that one checksum covers. A range read reads whole blocks, so a block is the least that a disk is asked for. */
export const blockBytes = 65_536
/** Bytes of one checksum. */
export const blockSumBytes = 8
/** As it stands in headers and trailers. */
export const blockSumName = 'XXH64'

/** The checksums of blocks that lie one after the other, the last one perhaps shorter: 8 bytes each, as a file keeps them. */
export type BlockSums = (blocks: Uint8Array) => Buffer

export function blockSumsWith(kernels: Kernels, accelerator?: Accelerator): BlockSums {
  return (blocks) => {
    const sums = Buffer.alloc(blockCount(blocks.length) * blockSumBytes)
    if (accelerator === undefined) sumEach(kernels, blocks, sums)
    else accelerator.blockSums(blocks, blockBytes, sums)
    return sums
  }
}

/** Blocks that lie in the kernels' own memory are looked at where they are, others are copied there first. */
function sumEach({ run, memory, staging }: Kernels, blocks: Uint8Array, sums: Buffer): void {
  const here = blocks.buffer === memory.buffer
  for (let at = 0, index = 0; at < blocks.length; at += blockBytes, index++) {
    const block = blocks.subarray(at, at + blockBytes)
    if (!here) memory.set(block, staging)
    const sum = run.xxh64(here ? block.byteOffset : staging, block.length)
    sums.writeBigUInt64BE(BigInt.asUintN(64, sum), index * blockSumBytes)
  }
}

/** Number of blocks, the last one perhaps shorter, that `sizeBytes` take. */
export function blockCount(sizeBytes: number): number {
  return Math.ceil(sizeBytes / blockBytes)
}
