/**
 * Buffers in which a blob gathers before it is written: big and page-aligned, so that one write takes a whole one,
 * and so that it may one day go past the page cache (WebAssembly memory is aligned; ordinary buffers are not).
 *
 * The pool never makes anyone wait: when the big ones are gone a small one is handed out, so a thousand clients that
 * trickle hold little memory and stop nobody. Whoever takes a piece knows how much of it is valid; what an earlier
 * blob left in the rest is never read.
 */
import { free } from '../../base/free.ts'
import { kibibyte, mebibyte } from '../../base/limits.ts'
import { blockBytes } from './block-checksum.ts'

/** Measured with 16 parts at a time: neither 256 KiB nor 4 MiB is faster. */
export const pieceBytes: number = mebibyte
/** Header pages and at least one block. */
const smallPieceBytes = 128 * kibibyte
/** One WebAssembly memory reserves gibibytes of address space, so several pieces share one. */
const slabPieces = 8
const wasmPageBytes = 64 * kibibyte
/** Big pieces at most: with two for each blob, 16 uploads at full speed. Their memory is never given back. */
const bigPiecesMax = 32
/** What released bytes become where a test asks for it: a late use then shows. */
const poison = 0xdb

/** The type libraries of this project know neither browsers nor WebAssembly. */
declare const WebAssembly: {
  readonly Memory: new (pages: { initial: number; maximum: number }) => {
    readonly buffer: ArrayBuffer
  }
}

export class Pieces {
  readonly #free: Uint8Array[] = []
  readonly #poisoned: boolean
  #made = 0

  constructor(options: { readonly poisoned?: boolean } = {}) {
    this.#poisoned = options.poisoned ?? false
  }

  /** A buffer of at least `bytesMin` bytes and of whole blocks and pages, its content unspecified. */
  take(bytesMin: number): Uint8Array {
    if (bytesMin > pieceBytes) return new Uint8Array(wholeBlocks(bytesMin))
    if (this.#free.length === 0 && this.#made < bigPiecesMax) this.#grow()
    return this.#free.pop() ?? new Uint8Array(Math.max(smallPieceBytes, wholeBlocks(bytesMin)))
  }

  /** Gives a piece back. No read or write may still use it. */
  release(piece: Uint8Array): void {
    if (this.#poisoned) piece.fill(poison)
    if (piece.length === pieceBytes && piece.buffer.byteLength > pieceBytes) this.#free.push(piece)
    else free(piece)
  }

  #grow(): void {
    const pages = (slabPieces * pieceBytes) / wasmPageBytes
    const slab = new WebAssembly.Memory({ initial: pages, maximum: pages }).buffer
    for (let index = 0; index < slabPieces; index++) {
      this.#free.push(new Uint8Array(slab, index * pieceBytes, pieceBytes))
    }
    this.#made += slabPieces
  }
}

function wholeBlocks(bytes: number): number {
  return Math.ceil(bytes / blockBytes) * blockBytes
}
