/**
 * Writes one blob into one new file: bytes gather in a piece while the piece before it is being written. Or leaves it, where it is no
 * longer than a piece, to a pack.
 *
 * Header pages, data and trailer lie one after the other, so a small blob is a single write. Every piece but the last
 * ends on a block and on a page.
 */
import { blobAt, type BlobId, type FileId } from '../../base/ids.ts'
import { blockBytes, blockSumBytes, type BlockSums } from './block-checksum.ts'
import {
  encodeAbout,
  encodeClosing,
  encodeHeader,
  encodeTrailer,
  headerBytesOf,
  packedPages,
  pageBytes,
} from './files-format.ts'
import type { OpenFile } from './file-system.ts'
import type { Pieces } from './pieces.ts'
import type { BlobAbout, BlobClosing } from './store.ts'

export interface BlobWriterParts {
  /** Makes the file of the blob; called once at most, and never for one that a pack takes. */
  readonly begin: () => Promise<OwnFile>
  readonly pieces: Pieces
  readonly blockSums: BlockSums
}

export interface OwnFile {
  readonly id: FileId
  readonly file: OpenFile
}

export class BlobWriter {
  readonly #parts: BlobWriterParts
  readonly #about: Uint8Array
  readonly #headerBytes: number
  readonly #sums: bigint[] = []
  #own: OwnFile | undefined
  /** The piece that fills: `#filled` bytes are valid, of these `#summed` are header or lie in summed blocks. */
  #piece: Uint8Array
  #room: number
  #filled: number
  #summed: number
  #sizeBytes = 0
  #position = 0
  #closing: Uint8Array = new Uint8Array()
  /** The write in flight; resolves to its error, so that nobody needs to listen while it runs. */
  #writing: Promise<unknown> = Promise.resolve(undefined)

  constructor(about: BlobAbout, parts: BlobWriterParts) {
    this.#parts = parts
    this.#about = encodeAbout(about)
    this.#headerBytes = headerBytesOf(this.#about)
    this.#piece = parts.pieces.take(this.#headerBytes + blockBytes)
    this.#filled = this.#headerBytes
    this.#summed = this.#headerBytes
    this.#room = this.#headerBytes + wholeBlocks(this.#piece.length - this.#headerBytes)
  }

  get sizeBytes(): number {
    return this.#sizeBytes
  }

  /** Makes the file now, not when the first piece is full or the last byte was added. */
  async begin(): Promise<void> {
    await this.#begun()
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

  /** The last byte was added. */
  end(closing: BlobClosing | undefined): void {
    if (this.#filled > this.#summed) this.#sum(this.#filled)
    this.#closing = encodeClosing(closing)
  }

  /** After the end: pages that the blob takes in a pack; undefined where it does not lie in one piece. */
  get pages(): number | undefined {
    if (this.#own !== undefined) return undefined
    const pages = packedPages(this.#headerBytes, this.#sizeBytes, this.#closing.length)
    return pages * pageBytes <= this.#piece.length ? pages : undefined
  }

  /** All of the blob, from page to page, as it lies in a pack from `firstPage` on; valid until `release`. */
  packed(pack: FileId, firstPage: number): { readonly id: BlobId; readonly bytes: Uint8Array } {
    const pages = this.pages ?? 0
    const id = blobAt(pack, { firstPage, pages })
    this.#piece.set(encodeHeader(id, this.#about))
    this.#piece.set(this.#trailer(id), this.#filled)
    return { id, bytes: this.#piece.subarray(0, pages * pageBytes) }
  }

  /** Writes what is left, and the trailer. Durable only after the file's own sync. */
  async finish(): Promise<void> {
    const { id } = await this.#begun()
    const trailer = this.#trailer(id)
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

  async #begun(): Promise<OwnFile> {
    if (this.#own !== undefined) return this.#own
    const own = await this.#parts.begin()
    this.#piece.set(encodeHeader(own.id, this.#about))
    this.#own = own
    return own
  }

  #trailer(id: BlobId): Uint8Array {
    const footer = { id, headerBytes: this.#headerBytes, sizeBytes: this.#sizeBytes }
    return encodeTrailer(footer, joined(this.#sums), this.#closing)
  }

  /** Sends the full piece on its way and goes on with an empty one. */
  async #turn(): Promise<void> {
    await this.#begun()
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
    const { file } = await this.#begun()
    this.#position = await writeWhole(file, bytes, this.#position)
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

/** Answers the position behind the last byte. */
export async function writeWhole(
  file: OpenFile,
  bytes: Uint8Array,
  position: number,
): Promise<number> {
  let done = 0
  while (done < bytes.length) {
    const written = await file.write(bytes.subarray(done), position + done)
    if (written === 0) throw new Error('a write took no byte')
    done += written
  }
  return position + done
}

function wholeBlocks(bytes: number): number {
  return bytes - (bytes % blockBytes)
}

function joined(sums: readonly bigint[]): Uint8Array {
  const bytes = Buffer.alloc(sums.length * blockSumBytes)
  for (const [index, sum] of sums.entries()) bytes.writeBigUInt64BE(sum, index * blockSumBytes)
  return bytes
}
