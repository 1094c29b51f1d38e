/** Looking through all blob files from the first to the last byte, header included: for scrub, verify, backup and restore. */
import { resolve } from 'node:path'
import { free } from '../../base/free.ts'
import { fileOf, placeOf, type BlobId, type FileId } from '../../base/ids.ts'
import { createKernels } from '../../base/kernels/kernels.ts'
import { blockSumsWith, type BlockSums } from './block-checksum.ts'
import {
  decodeHeader,
  decodeStruck,
  headerSize,
  pageBytes,
  type BlobHeader,
} from './files-format.ts'
import { bigReadBytes, openBlob, readBlob, readExactly, type OpenBlob } from './files-reader.ts'
import { failedWith, nodeFileSystem, type FileSystem, type ReadableFile } from './file-system.ts'
import { FolderSyncs } from './folder-syncs.ts'
import { Folders } from './folders.ts'
import { blobsIn } from './pack-walk.ts'
import { BlobCorrupt, BlobMissing, type BlobAbout, type BlobClosing } from './store.ts'
import { windowOf } from './window.ts'

export interface BlobExaminer {
  /** In order, those after `after` only; unfinished ones as well. */
  files(after?: FileId): AsyncIterable<FileId>
  /**
   * The blobs of a file, in order: itself, or what a pack holds. Pages of a pack that no header explains are taken for one blob, so
   * that `prove` says what is wrong with them. Throws BlobAbsent.
   */
  blobsIn(file: FileId): Promise<readonly BlobId[]>
  /** Size as its proven trailer says. Throws BlobAbsent, BlobMissing when it was never finished, BlobCorrupt. */
  sizeOf(id: BlobId): Promise<number>
  /** What it says of itself, in its proven header and trailer; its bytes are not read. Throws as `sizeOf` does. */
  describe(id: BlobId): Promise<BlobDescription>
  /** Reads and proves all of it; yields the bytes of each piece. Throws as `sizeOf` does. */
  prove(id: BlobId): AsyncGenerator<number>
  /** The same of a file under any name. */
  proveFile(id: BlobId, path: string): AsyncGenerator<number>
  /** Where a file lies, whether it is there or not. */
  path(file: FileId): string
}

export interface BlobDescription {
  readonly about: BlobAbout
  /** Absent in blobs of before there was any. */
  readonly closing: BlobClosing | undefined
}

/** There is no file at all, or the blob was struck from its pack. */
export class BlobAbsent extends BlobMissing {}

export async function openBlobExaminer(
  directory: string,
  fileSystem: FileSystem = nodeFileSystem,
): Promise<BlobExaminer> {
  return new FileExaminer(directory, fileSystem)
}

class FileExaminer implements BlobExaminer {
  readonly #fs: FileSystem
  readonly #folders: Folders
  readonly #blockSums: BlockSums = blockSumsWith(createKernels())

  constructor(directory: string, fs: FileSystem) {
    this.#fs = fs
    // It makes no folder, so it syncs none.
    const syncs = new FolderSyncs((folder) => fs.syncFolder(folder))
    this.#folders = new Folders(resolve(directory), fs, syncs)
  }

  files(after?: FileId): AsyncIterable<FileId> {
    return this.#folders.files(after)
  }

  path(file: FileId): string {
    return this.#folders.path(file)
  }

  async blobsIn(file: FileId): Promise<readonly BlobId[]> {
    const open = await this.#open(file, this.path(file))
    try {
      return await blobsIn(file, open)
    } finally {
      await open.close()
    }
  }

  async sizeOf(id: BlobId): Promise<number> {
    const file = await this.#open(id, this.path(fileOf(id)))
    try {
      const { sizeBytes } = await openBlob(id, file)
      return sizeBytes
    } finally {
      await file.close()
    }
  }

  async describe(id: BlobId): Promise<BlobDescription> {
    const file = await this.#open(id, this.path(fileOf(id)))
    try {
      const blob = await openBlob(id, file)
      const { about } = await provenHeader(blob)
      const said = Buffer.from(blob.closing).toString().trim()
      return { about, closing: said === '' ? undefined : (JSON.parse(said) as BlobClosing) }
    } finally {
      await file.close()
    }
  }

  prove(id: BlobId): AsyncGenerator<number> {
    return this.proveFile(id, this.path(fileOf(id)))
  }

  async *proveFile(id: BlobId, path: string): AsyncGenerator<number> {
    const file = await this.#open(id, path)
    try {
      const blob = await openBlob(id, file)
      await provenHeader(blob)
      yield blob.headerBytes
      const whole = { offset: 0, lengthBytes: blob.sizeBytes }
      const reading = { blockSums: this.#blockSums, readBytes: bigReadBytes }
      for await (const piece of readBlob(blob, whole, reading)) {
        const { length } = piece
        free(piece)
        yield length
      }
    } finally {
      await file.close()
    }
  }

  async #open(id: BlobId, path: string): Promise<ReadableFile> {
    const file = windowOf(id, await this.#openFile(id, path))
    if (placeOf(id) === undefined || !(await isStruck(id, file))) return file
    await file.close()
    throw new BlobAbsent(`blob ${id} was given up`)
  }

  async #openFile(id: BlobId, path: string): Promise<ReadableFile> {
    try {
      return await this.#fs.open(path)
    } catch (error) {
      if (failedWith(error, 'ENOENT')) throw new BlobAbsent(`there is no blob ${id}`)
      throw error
    }
  }
}

/** What cannot be read says what is wrong with it to whoever reads on. */
async function isStruck(id: BlobId, file: ReadableFile): Promise<boolean> {
  try {
    return decodeStruck(await readExactly(file, 0, Buffer.alloc(pageBytes))) === id
  } catch {
    return false
  }
}

async function provenHeader({ id, file, headerBytes }: OpenBlob): Promise<BlobHeader> {
  const first = await readExactly(file, 0, Buffer.alloc(Math.min(headerBytes, pageBytes)))
  const sizeBytes = headerSize(first)
  if (sizeBytes !== headerBytes) {
    throw new BlobCorrupt(`blob ${id} has a header of another size than its footer says`)
  }
  const header = decodeHeader(
    sizeBytes === first.length ? first : await readExactly(file, 0, Buffer.alloc(sizeBytes)),
  )
  if (header.id !== id) throw new BlobCorrupt(`the file of blob ${id} begins as blob ${header.id}`)
  return header
}
