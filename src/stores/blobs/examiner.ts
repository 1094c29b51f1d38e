/** Looking through all blob files from the first to the last byte, header included: for scrub, verify, backup and restore. */
import { resolve } from 'node:path'
import { free } from '../../base/free.ts'
import type { BlobId } from '../../base/ids.ts'
import { createKernels } from '../../base/kernels/kernels.ts'
import { blockSumsWith, type BlockSums } from './block-checksum.ts'
import { decodeHeader, headerSize, pageBytes, type BlobHeader } from './files-format.ts'
import { bigReadBytes, openBlob, readBlob, readExactly, type OpenBlob } from './files-reader.ts'
import { failedWith, nodeFileSystem, type FileSystem, type OpenFile } from './file-system.ts'
import { FolderSyncs } from './folder-syncs.ts'
import { Folders } from './folders.ts'
import { BlobCorrupt, BlobMissing, type BlobAbout, type BlobClosing } from './store.ts'

export interface BlobExaminer {
  /** In order, those after `after` only; unfinished ones as well. */
  ids(after?: BlobId): AsyncIterable<BlobId>
  /** Size as its proven trailer says. Throws BlobAbsent, BlobMissing when it was never finished, BlobCorrupt. */
  sizeOf(id: BlobId): Promise<number>
  /** What it says of itself, in its proven header and trailer; its bytes are not read. Throws as `sizeOf` does. */
  describe(id: BlobId): Promise<BlobDescription>
  /** Reads and proves all of it; yields the bytes of each piece. Throws as `sizeOf` does. */
  prove(id: BlobId): AsyncGenerator<number>
  /** The same of a file under any name. */
  proveFile(id: BlobId, path: string): AsyncGenerator<number>
  /** Where the file of a blob lies, whether it is there or not. */
  path(id: BlobId): string
}

export interface BlobDescription {
  readonly about: BlobAbout
  /** Absent in blobs of before there was any. */
  readonly closing: BlobClosing | undefined
}

/** There is no file at all. */
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

  ids(after?: BlobId): AsyncIterable<BlobId> {
    return this.#folders.ids(after)
  }

  path(id: BlobId): string {
    return this.#folders.path(id)
  }

  async sizeOf(id: BlobId): Promise<number> {
    const file = await this.#open(id, this.path(id))
    try {
      const { sizeBytes } = await openBlob(id, file)
      return sizeBytes
    } finally {
      await file.close()
    }
  }

  async describe(id: BlobId): Promise<BlobDescription> {
    const file = await this.#open(id, this.path(id))
    try {
      const blob = await openBlob(id, file)
      const { about } = await provenHeader(blob)
      const said = Buffer.from(blob.closing).toString()
      return { about, closing: said === '' ? undefined : (JSON.parse(said) as BlobClosing) }
    } finally {
      await file.close()
    }
  }

  prove(id: BlobId): AsyncGenerator<number> {
    return this.proveFile(id, this.path(id))
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

  async #open(id: BlobId, path: string): Promise<OpenFile> {
    try {
      return await this.#fs.open(path)
    } catch (error) {
      if (failedWith(error, 'ENOENT')) throw new BlobAbsent(`there is no blob ${id}`)
      throw error
    }
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
