/**
 * The checksum of each stored block: XXH64 in WebAssembly, chosen by measurement (docs/decisions/0002-block-checksum.md).
 *
 * Its name stands in every blob, so that another one can take its place without touching what is stored.
 */
import { createXXHash64 } from 'hash-wasm'

/** Bytes that one checksum covers. A range read reads whole blocks, so a block is the least that a disk is asked for. */
export const blockBytes = 65_536
/** Bytes of one checksum. */
export const blockSumBytes = 8
/** As it stands in headers and trailers. */
export const blockSumName = 'XXH64'

export type BlockSum = (block: Uint8Array) => Uint8Array

/** Compiles the checksum. What it answers is synchronous and keeps no state between calls. */
export async function loadBlockSum(): Promise<BlockSum> {
  const hash = await createXXHash64()
  return (block) => {
    hash.init()
    hash.update(block)
    return hash.digest('binary')
  }
}

/** Number of blocks, the last one perhaps shorter, that `sizeBytes` take. */
export function blockCount(sizeBytes: number): number {
  return Math.ceil(sizeBytes / blockBytes)
}
