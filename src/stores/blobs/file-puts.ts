/** Putting blobs into files: each into one of its own, or those that end side by side into a pack. */
import type { BlobId, FileId } from '../../base/ids.ts'
import type { BlockSums } from './block-checksum.ts'
import { BlobWriter, type OwnFile } from './files-writer.ts'
import type { NewFile, NewFiles } from './new-files.ts'
import { Packs, writePack, type Member } from './packs.ts'
import type { Pieces } from './pieces.ts'
import type { BlobAbout, BlobClosing, BlobStore, Naming } from './store.ts'

export interface Put {
  readonly name: FileId | Naming
  readonly bytes: AsyncIterable<Uint8Array>
  readonly about: BlobAbout
  readonly closing: (() => BlobClosing) | undefined
}

export interface FilePutsParts {
  readonly newFiles: NewFiles
  readonly pieces: Pieces
  readonly blockSums: BlockSums
  /** Makes its bytes durable, and its name where that is new. */
  readonly sync: (id: FileId, made: NewFile) => Promise<void>
  readonly unlink: (id: FileId) => Promise<void>
  /** How many blobs are being written. */
  readonly running: () => number
}

export class FilePuts {
  /** Named and not yet durable: absent for readers. */
  readonly unfinished: Set<FileId> = new Set()
  readonly #parts: FilePutsParts
  readonly #packs: Packs = new Packs((members) => this.#pack(members))

  constructor(parts: FilePutsParts) {
    this.#parts = parts
  }

  async put({ name, bytes, about, closing }: Put): ReturnType<BlobStore['put']> {
    const { pieces, blockSums } = this.#parts
    const own = new Own(this.#parts, this.unfinished)
    const begin = (): Promise<OwnFile> => own.make(typeof name === 'string' ? name : name.next())
    const writer = new BlobWriter(about, { begin, pieces, blockSums })
    try {
      if (typeof name === 'string') await writer.begin()
      for await (const chunk of bytes) await writer.add(chunk)
      writer.end(closing?.())
      const alone = async (): Promise<BlobId> => {
        await writer.finish()
        return own.keep()
      }
      const { pages } = writer
      const isOne = typeof name === 'string' || pages === undefined
      const id = isOne ? await alone() : await this.#packs.add({ writer, name, pages, alone })
      return { id, sizeBytes: writer.sizeBytes }
    } finally {
      await writer.release()
      await own.end()
    }
  }

  async #pack(members: readonly Member[]): Promise<readonly BlobId[]> {
    const [first, ...others] = members
    if (first === undefined) return []
    const id = first.name.next()
    for (const { name } of others) name.joins(id)
    const own = new Own(this.#parts, this.unfinished)
    try {
      const { file } = await own.make(id)
      const ids = await writePack(file, id, members)
      await own.keep()
      return ids
    } finally {
      await own.end()
    }
  }
}

/** A file that somebody makes, which goes again unless it is kept. */
class Own {
  readonly #parts: FilePutsParts
  readonly #unfinished: Set<FileId>
  #made: { readonly id: FileId; readonly made: NewFile } | undefined
  #isKept = false

  constructor(parts: FilePutsParts, unfinished: Set<FileId>) {
    this.#parts = parts
    this.#unfinished = unfinished
  }

  async make(id: FileId): Promise<OwnFile> {
    const { newFiles, running } = this.#parts
    const made = await newFiles.make(id, running())
    this.#unfinished.add(id)
    this.#made = { id, made }
    return { id, file: made.file }
  }

  /** All of it was written: durable when this resolves. */
  async keep(): Promise<FileId> {
    if (this.#made === undefined) throw new Error('a blob was written into no file')
    const { id, made } = this.#made
    await this.#parts.sync(id, made)
    this.#isKept = true
    return id
  }

  /** In every case, at the end. What a failed put leaves is garbage that `list` shows: its own error matters, not that of tidying up. */
  async end(): Promise<void> {
    if (this.#made === undefined) return
    const { id, made } = this.#made
    let isWhole = false
    try {
      await made.file.close()
      isWhole = this.#isKept
    } finally {
      if (!isWhole) await Promise.allSettled([this.#parts.unlink(id)])
      this.#unfinished.delete(id)
    }
  }
}
