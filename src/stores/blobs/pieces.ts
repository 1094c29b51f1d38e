/**
 * Buffers in which a blob gathers before it is written: big and page-aligned, so that one write takes a whole one,
 * and so that it goes past the page cache. They lie in the kernels' memory, which is aligned as ordinary buffers are not, so
 * that the sums of their blocks are computed where the bytes are.
 *
 * The pool never makes anyone wait: when the big ones are gone one of a quarter is handed out, and when those are gone one of
 * what was asked for, which the page cache has to copy, so a thousand clients that trickle hold little memory and stop nobody. Whoever
 * takes a piece knows how much of it is valid; what an earlier blob left in the rest is never read.
 */
import { free } from '../../base/free.ts'
import { createKernels, type Kernels } from '../../base/kernels/kernels.ts'
import { kibibyte, mebibyte } from '../../base/limits.ts'
import { blockBytes } from './block-checksum.ts'
import { wholePages } from './files-format.ts'

/**
 * A mebibyte of data, and a block for what a file has around it: so an object of a mebibyte is one piece. Measured with 16
 * parts at a time: neither 256 KiB nor 4 MiB is faster.
 */
export const pieceBytes: number = mebibyte + blockBytes
/** The least that goes past the page cache, and a block for the header: for uploads beyond the sixteenth. */
const mediumPieceBytes = 256 * kibibyte + blockBytes
/** Big pieces at most: with two for each blob, 16 uploads at full speed. Memory that was used once is never given back. */
const bigPiecesMax = 32
const mediumPiecesMax = 64
/** What released bytes become where a test asks for it: a late use then shows. */
const poison = 0xdb

export class Pieces {
  /** Their memory. */
  readonly kernels: Kernels = createKernels(
    bigPiecesMax * pieceBytes + mediumPiecesMax * mediumPieceBytes,
  )
  readonly #big: Uint8Array[]
  readonly #medium: Uint8Array[]
  readonly #poisoned: boolean

  constructor(options: { readonly poisoned?: boolean } = {}) {
    this.#poisoned = options.poisoned ?? false
    const { memory, room } = this.kernels
    this.#big = cut(memory.subarray(room), bigPiecesMax, pieceBytes)
    const behind = room + bigPiecesMax * pieceBytes
    this.#medium = cut(memory.subarray(behind), mediumPiecesMax, mediumPieceBytes)
  }

  /** A buffer of at least `bytesMin` bytes and of whole pages, its content unspecified. */
  take(bytesMin: number): Uint8Array {
    const big = bytesMin <= pieceBytes ? this.#big.pop() : undefined
    if (big !== undefined) return big
    const medium = bytesMin <= mediumPieceBytes ? this.#medium.pop() : undefined
    return medium ?? new Uint8Array(wholePages(bytesMin))
  }

  /** Gives a piece back. No read or write may still use it. */
  release(piece: Uint8Array): void {
    if (this.#poisoned) piece.fill(poison)
    if (piece.buffer !== this.kernels.memory.buffer) free(piece)
    else if (piece.length === pieceBytes) this.#big.push(piece)
    else this.#medium.push(piece)
  }
}

/** So many buffers, the first of them last: what was given back last is taken next, and what was never needed is never touched. */
function cut(memory: Uint8Array, count: number, sizeBytes: number): Uint8Array[] {
  return Array.from({ length: count }, (_, index) => {
    const at = (count - 1 - index) * sizeBytes
    return memory.subarray(at, at + sizeBytes)
  })
}
