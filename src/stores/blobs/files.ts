/**
 * The file blob store: a file for each blob, or for several, written once under its final name, proven by checksums when read.
 *
 * A blob is there when its footer is, and durable when its bytes and its folder entry are synced. A sync that fails
 * is the end of this process' trust in its disk: `onFatal` hears of it and no later put resolves (decision 9).
 */
import { resolve } from 'node:path'
import type { Accelerator } from '../../base/accelerator.ts'
import { sole } from '../../base/free.ts'
import { fileOf, type BlobId, type FileId } from '../../base/ids.ts'
import { kibibyte } from '../../base/limits.ts'
import { blockSumsWith, type BlockSums } from './block-checksum.ts'
import { FileBytes, type FileBlobReader, type Get } from './file-bytes.ts'
import { FilePuts, type Put } from './file-puts.ts'
import { encodeStruck } from './files-format.ts'
import { writeWhole } from './files-writer.ts'
import {
  atOnceBytes,
  isOneRead,
  openBlob,
  readAtOnce,
  readBlob,
  readBytesBeside,
  type OpenBlob,
} from './files-reader.ts'
import {
  failedToOpen,
  failedWith,
  nodeFileSystem,
  type FileSystem,
  type ReadableFile,
} from './file-system.ts'
import { FolderSyncs } from './folder-syncs.ts'
import { Folders } from './folders.ts'
import { NewFiles, type NamesAhead, type NewFile } from './new-files.ts'
import { Pieces } from './pieces.ts'
import { BlobMissing, type BlobBytes, type BlobStore, type ByteRange } from './store.ts'
import { Trailers } from './trailers.ts'
import { beginOf, windowOf } from './window.ts'

export interface FileBlobsOptions extends NamesAhead {
  /** An existing folder that belongs to this store alone. */
  readonly directory: string
  /** Called with the error of a failed sync, before the put that met it rejects: the process has to end. */
  readonly onFatal: (error: unknown) => void
  readonly fileSystem?: FileSystem
  readonly pieces?: Pieces
  readonly accelerator?: Accelerator | undefined
}

/** Opens the store; what earlier lives left unfinished stays until it is removed. */
export async function openFileBlobs(options: FileBlobsOptions): Promise<BlobStore> {
  return new FileBlobs(options)
}

/** Fewer are read and proven again sooner than they are remembered: those of 32 MiB. */
const sumsReadAgainMax = 4 * kibibyte

class FileBlobs implements BlobStore, FileBlobReader {
  readonly #fs: FileSystem
  readonly #onFatal: (error: unknown) => void
  readonly #syncs: FolderSyncs
  readonly #folders: Folders
  readonly #pieces: Pieces
  readonly #blockSums: BlockSums
  readonly #running = new Set<Promise<unknown>>()
  readonly #trailers = new Trailers()
  readonly #newFiles: NewFiles
  readonly #puts: FilePuts
  #readers = 0
  #fatal: { readonly error: unknown } | undefined

  constructor(options: FileBlobsOptions) {
    this.#fs = options.fileSystem ?? nodeFileSystem
    this.#onFatal = options.onFatal
    this.#syncs = new FolderSyncs((folder) => this.#synced(this.#fs.syncFolder(folder)))
    this.#folders = new Folders(resolve(options.directory), this.#fs, this.#syncs)
    this.#pieces = options.pieces ?? new Pieces()
    this.#blockSums = blockSumsWith(this.#pieces.kernels, options.accelerator)
    const syncFolder = (folder: string): Promise<void> => this.#syncs.sync(folder)
    const through = { fileSystem: this.#fs, folders: this.#folders, syncFolder }
    this.#newFiles = new NewFiles({ ...options, ...through })
    this.#puts = new FilePuts({
      newFiles: this.#newFiles,
      pieces: this.#pieces,
      blockSums: this.#blockSums,
      sync: (id, made) => this.#sync(id, made),
      unlink: (id) => this.#fs.unlink(this.#folders.path(id)),
      running: () => this.#running.size,
    })
  }

  put(
    ...[name, bytes, about, closing]: Parameters<BlobStore['put']>
  ): ReturnType<BlobStore['put']> {
    return this.#run(this.#put({ name, bytes, about, closing }))
  }

  get(id: BlobId, range: ByteRange, proof: 'checksums' | 'own' = 'checksums'): BlobBytes {
    const blockSums = proof === 'own' ? undefined : this.#blockSums
    return new FileBytes(this, { id, range, blockSums })
  }

  async *stream({ id, range, blockSums }: Get): AsyncGenerator<Uint8Array> {
    const readBytes = readBytesBeside(this.#readers)
    this.#readers += 1
    try {
      const file = await this.#open(id)
      try {
        const blob = await this.#proven(id, file, { range, readBytes })
        yield* readBlob(blob, range, { blockSums, readBytes })
      } finally {
        await file.close()
      }
    } finally {
      this.#readers -= 1
    }
  }

  inHand(get: Get): Promise<Uint8Array> | undefined {
    const readBytes = readBytesBeside(this.#readers)
    if (get.range.lengthBytes === 0 || !isOneRead(get.range, readBytes)) return undefined
    return this.#gather(get, readBytes)
  }

  /** Who has the bytes counts as a reader until they are freed. */
  async #gather({ id, range, blockSums }: Get, readBytes: number): Promise<Uint8Array> {
    const freed = (): void => {
      this.#readers -= 1
    }
    this.#readers += 1
    try {
      const file = await this.#open(id)
      try {
        const blob = await this.#proven(id, file, { range, readBytes })
        return sole(await readAtOnce(blob, range, { blockSums, readBytes }), freed)
      } finally {
        await file.close()
      }
    } catch (error) {
      freed()
      throw error
    }
  }

  async stat(id: BlobId): Promise<{ sizeBytes: number } | undefined> {
    try {
      const { sizeBytes } = await this.#inspect(id)
      return { sizeBytes }
    } catch (error) {
      if (error instanceof BlobMissing) return undefined
      throw error
    }
  }

  remove(file: FileId): Promise<void> {
    return this.#run(this.#remove(file))
  }

  strike(blobs: readonly BlobId[]): Promise<void> {
    return this.#run(this.#strike(blobs))
  }

  list(): AsyncIterable<FileId> {
    return this.#folders.files()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.allSettled(this.#running)
    await this.#newFiles[Symbol.asyncDispose]()
  }

  async #put(put: Put): ReturnType<BlobStore['put']> {
    this.#refuseAfterFatal()
    return this.#puts.put(put)
  }

  /** The bytes of a file that is whole, and its name where that is new. */
  async #sync(id: FileId, { file, hasName }: NewFile): Promise<void> {
    const syncs = [this.#synced(file.syncData())]
    if (!hasName) syncs.push(this.#syncs.sync(this.#folders.folder(id)))
    for (const sync of await Promise.allSettled(syncs))
      if (sync.status === 'rejected') throw sync.reason
    this.#refuseAfterFatal()
  }

  async #open(id: BlobId): Promise<ReadableFile> {
    const name = fileOf(id)
    if (this.#puts.unfinished.has(name)) throw new BlobMissing(`blob ${id} is still being written`)
    try {
      return windowOf(id, await this.#fs.open(this.#folders.path(name)))
    } catch (error) {
      if (failedWith(error, 'ENOENT')) throw new BlobMissing(`there is no blob ${id}`)
      throw error
    }
  }

  async #inspect(id: BlobId): Promise<OpenBlob> {
    const file = await this.#open(id)
    try {
      return await openBlob(id, file)
    } finally {
      await file.close()
    }
  }

  /** A stretch of a large blob need not prove its trailer each time. Who reads all of it does: then nothing on the disk goes bad unseen. */
  async #proven(
    id: BlobId,
    file: ReadableFile,
    { range, readBytes }: { readonly range: ByteRange; readonly readBytes: number },
  ): Promise<OpenBlob> {
    const known = this.#trailers.find(id)
    if (known !== undefined && range.lengthBytes < known.sizeBytes)
      return { ...known, file, content: undefined }
    const blob = await openBlob(id, file, atOnceBytes(range.lengthBytes, readBytes))
    if (blob.sums.length > sumsReadAgainMax && range.lengthBytes < blob.sizeBytes)
      this.#trailers.keep(blob)
    return blob
  }

  /** The folder is synced although the name was gone: another remove may have taken it and not yet have synced. */
  async #remove(id: FileId): Promise<void> {
    this.#refuseAfterFatal()
    this.#trailers.forget(id)
    await unlessMissing(this.#fs.unlink(this.#folders.path(id)))
    await unlessMissing(this.#syncs.sync(this.#folders.folder(id)))
  }

  async #strike(blobs: readonly BlobId[]): Promise<void> {
    this.#refuseAfterFatal()
    const [pack] = blobs.map(fileOf)
    if (pack !== undefined) await unlessMissing(this.#strikeIn(this.#folders.path(pack), blobs))
  }

  async #strikeIn(path: string, blobs: readonly BlobId[]): Promise<void> {
    const file = await this.#fs.reopen(path)
    try {
      for (const id of blobs) await writeWhole(file, encodeStruck(id), beginOf(id))
      await this.#synced(file.syncData())
    } finally {
      await file.close()
    }
  }

  /** A folder that could not be opened (gone, or no descriptor left) was never synced; any other failure of a sync is fatal. */
  async #synced(sync: Promise<void>): Promise<void> {
    try {
      await sync
    } catch (error) {
      if (!failedToOpen(error)) {
        this.#fatal ??= { error }
        this.#onFatal(error)
      }
      throw error
    }
  }

  #refuseAfterFatal(): void {
    if (this.#fatal !== undefined) {
      throw new Error('no blob is kept after a failed sync', { cause: this.#fatal.error })
    }
  }

  /** Remembers what runs, so that closing can wait for it. */
  #run<T>(work: Promise<T>): Promise<T> {
    this.#running.add(work)
    const forget = (): boolean => this.#running.delete(work)
    void work.then(forget, forget)
    return work
  }
}

/** What is not there need not be removed, nor its folder be synced. */
async function unlessMissing(work: Promise<void>): Promise<void> {
  try {
    await work
  } catch (error) {
    if (!failedWith(error, 'ENOENT')) throw error
  }
}
