/**
 * Buffers in which a blob gathers before it is written: big and page-aligned, so that one write takes a whole one,
 * and so that it goes past the page cache. They lie in the kernels' memory, which is aligned as ordinary buffers are not, so
 * that the sums of their blocks are computed where the bytes are.
 *
 * The pool never makes anyone wait: when the big ones are gone a small one is handed out, so a thousand clients that
 * trickle hold little memory and stop nobody. Whoever takes a piece knows how much of it is valid; what an earlier
 * blob left in the rest is never read.
 */
import { free } from '../../base/free.ts'
import { createKernels, type Kernels } from '../../base/kernels/kernels.ts'
import { kibibyte, mebibyte } from '../../base/limits.ts'
import { blockBytes } from './block-checksum.ts'

/**
 * A mebibyte of data, and a block for what a file has around it: so an object of a mebibyte is one piece. Measured with 16
 * parts at a time: neither 256 KiB nor 4 MiB is faster.
 */
export const pieceBytes: number = mebibyte + blockBytes
/** Header pages and at least one block. */
const smallPieceBytes = 128 * kibibyte
/** Big pieces at most: with two for each blob, 16 uploads at full speed. Memory that was used once is never given back. */
const bigPiecesMax = 32
/** What released bytes become where a test asks for it: a late use then shows. */
const poison = 0xdb

export class Pieces {
  /** Their memory. */
  readonly kernels: Kernels = createKernels(bigPiecesMax * pieceBytes)
  readonly #free: Uint8Array[]
  readonly #poisoned: boolean

  constructor(options: { readonly poisoned?: boolean } = {}) {
    this.#poisoned = options.poisoned ?? false
    const { memory, room } = this.kernels
    // The last one given back is the next one taken: what was never needed is never touched.
    this.#free = Array.from({ length: bigPiecesMax }, (_, index) => {
      const at = room + (bigPiecesMax - 1 - index) * pieceBytes
      return memory.subarray(at, at + pieceBytes)
    })
  }

  /** A buffer of at least `bytesMin` bytes and of whole blocks and pages, its content unspecified. */
  take(bytesMin: number): Uint8Array {
    if (bytesMin > pieceBytes) return new Uint8Array(wholeBlocks(bytesMin))
    return this.#free.pop() ?? new Uint8Array(Math.max(smallPieceBytes, wholeBlocks(bytesMin)))
  }

  /** Gives a piece back. No read or write may still use it. */
  release(piece: Uint8Array): void {
    if (this.#poisoned) piece.fill(poison)
    if (piece.buffer === this.kernels.memory.buffer) this.#free.push(piece)
    else free(piece)
  }
}

function wholeBlocks(bytes: number): number {
  return Math.ceil(bytes / blockBytes) * blockBytes
}
