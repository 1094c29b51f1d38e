/**
 * Writes one blob into one new file: bytes gather in a piece while the piece before it is being written.
 *
 * Header pages, data and trailer lie one after the other, so a small blob is a single write. Every piece but the last
 * ends on a block and on a page.
 */
import type { BlobId } from '../../base/ids.ts'
import { blockBytes, blockSumBytes, type BlockSums } from './block-checksum.ts'
import { encodeHeader, encodeTrailer } from './files-format.ts'
import type { OpenFile } from './file-system.ts'
import type { Pieces } from './pieces.ts'
import type { BlobAbout, BlobClosing } from './store.ts'

export interface BlobWriterParts {
  readonly file: OpenFile
  readonly pieces: Pieces
  readonly blockSums: BlockSums
}

export class BlobWriter {
  readonly #parts: BlobWriterParts
  readonly #id: BlobId
  readonly #headerBytes: number
  readonly #sums: bigint[] = []
  /** The piece that fills: `#filled` bytes are valid, of these `#summed` are header or lie in summed blocks. */
  #piece: Uint8Array
  #room: number
  #filled: number
  #summed: number
  #sizeBytes = 0
  #position = 0
  /** The write in flight; resolves to its error, so that nobody needs to listen while it runs. */
  #writing: Promise<unknown> = Promise.resolve(undefined)

  constructor(id: BlobId, about: BlobAbout, parts: BlobWriterParts) {
    const header = encodeHeader(id, about)
    this.#parts = parts
    this.#id = id
    this.#headerBytes = header.length
    this.#piece = parts.pieces.take(header.length + blockBytes)
    this.#piece.set(header)
    this.#filled = header.length
    this.#summed = header.length
    this.#room = header.length + wholeBlocks(this.#piece.length - header.length)
  }

  get sizeBytes(): number {
    return this.#sizeBytes
  }

  /** Takes a chunk over: it may be reused once this resolves. */
  async add(chunk: Uint8Array): Promise<void> {
    let taken = 0
    while (taken < chunk.length) {
      if (this.#filled === this.#room) await this.#turn()
      const part = chunk.subarray(taken, taken + this.#room - this.#filled)
      this.#piece.set(part, this.#filled)
      this.#filled += part.length
      taken += part.length
      this.#sumWholeBlocks()
    }
    this.#sizeBytes += chunk.length
  }

  /** Writes what is left, and the trailer. Durable only after the file's own sync. */
  async finish(closing: BlobClosing | undefined): Promise<void> {
    if (this.#filled > this.#summed) this.#sum(this.#filled)
    const trailer = encodeTrailer(
      { id: this.#id, headerBytes: this.#headerBytes, sizeBytes: this.#sizeBytes },
      joined(this.#sums),
      closing,
    )
    const fits = this.#filled + trailer.length <= this.#piece.length
    if (fits) this.#piece.set(trailer, this.#filled)
    await this.#settled()
    const last = this.#piece.subarray(0, this.#filled + (fits ? trailer.length : 0))
    await this.#write(last)
    if (!fits) await this.#write(trailer)
  }

  /** Gives the buffers back once no write uses them any more; to be called in every case, at the end. */
  async release(): Promise<void> {
    await this.#writing
    this.#parts.pieces.release(this.#piece)
  }

  /** Sends the full piece on its way and goes on with an empty one. */
  async #turn(): Promise<void> {
    await this.#settled()
    const full = this.#piece
    const valid = full.subarray(0, this.#filled)
    this.#writing = this.#write(valid).then(
      () => this.#parts.pieces.release(full),
      (error: unknown) => {
        this.#parts.pieces.release(full)
        return error
      },
    )
    this.#piece = this.#parts.pieces.take(blockBytes)
    this.#room = wholeBlocks(this.#piece.length)
    this.#filled = 0
    this.#summed = 0
  }

  /** The write before has ended well, or its error is thrown. */
  async #settled(): Promise<void> {
    const error = await this.#writing
    if (error !== undefined) throw error
  }

  async #write(bytes: Uint8Array): Promise<void> {
    let done = 0
    while (done < bytes.length) {
      const position = this.#position
      const written = await this.#parts.file.write(bytes.subarray(done), position)
      if (written === 0) throw new Error('a write took no byte')
      done += written
      this.#position = position + written
    }
  }

  #sumWholeBlocks(): void {
    while (this.#filled - this.#summed >= blockBytes) this.#sum(this.#summed + blockBytes)
  }

  /** Of one block: as soon as it is whole, while it is in the processor's cache. */
  #sum(end: number): void {
    const sum = this.#parts.blockSums(this.#piece.subarray(this.#summed, end))
    this.#sums.push(sum.readBigUInt64BE())
    this.#summed = end
  }
}

function wholeBlocks(bytes: number): number {
  return bytes - (bytes % blockBytes)
}

function joined(sums: readonly bigint[]): Uint8Array {
  const bytes = Buffer.alloc(sums.length * blockSumBytes)
  for (const [index, sum] of sums.entries()) bytes.writeBigUInt64BE(sum, index * blockSumBytes)
  return bytes
}
