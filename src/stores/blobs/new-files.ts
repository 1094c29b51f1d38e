/** The files that blobs are written into: made ahead where somebody tells which names come next, else one by one. */
import type { BlobNames, FileId } from '../../base/ids.ts'
import { Blanks } from './blanks.ts'
import { failedWith, type FileSystem, type OpenFile } from './file-system.ts'
import type { Folders } from './folders.ts'
import { BlobExists } from './store.ts'

/** A server in a test that keeps a few objects needs no files ahead, nor a thread that makes them. */
const namesAfterUnlessTold = 16

export interface NamesAhead {
  /** Where the names of puts come from, each of which is put before the next one is taken: their files are then made ahead. */
  readonly names?: Pick<BlobNames, 'ahead' | 'next'>
  /** Puts before that begins. */
  readonly namesAfter?: number
}

export interface NewFilesParts extends NamesAhead {
  readonly fileSystem: FileSystem
  readonly folders: Folders
  readonly syncFolder: (folder: string) => Promise<void>
}

export interface NewFile {
  readonly file: OpenFile
  /** Its name is durable. */
  readonly hasName: boolean
}

export class NewFiles implements AsyncDisposable {
  readonly #fs: FileSystem
  readonly #folders: Folders
  readonly #blanks: Blanks | undefined

  constructor(parts: NewFilesParts) {
    const { fileSystem, folders, syncFolder, names, namesAfter = namesAfterUnlessTold } = parts
    const { createMany } = fileSystem
    const unlink = (path: string): Promise<void> => fileSystem.unlink(path)
    this.#fs = fileSystem
    this.#folders = folders
    if (names === undefined || createMany === undefined) return
    this.#blanks = new Blanks({ names, after: namesAfter, folders, createMany, syncFolder, unlink })
  }

  /** The file of `id`, empty; rejects with BlobExists where the name is taken. `running` blobs are being written. */
  async make(id: FileId, running: number): Promise<NewFile> {
    const blank = await this.#blanks?.take(id, running)
    if (blank !== undefined) return { file: blank, hasName: true }
    await this.#folders.make(id)
    try {
      return { file: await this.#fs.create(this.#folders.path(id)), hasName: false }
    } catch (error) {
      if (failedWith(error, 'EEXIST')) throw new BlobExists(`blob ${id} exists`)
      throw error
    }
  }

  /** Whatever was made for nobody goes. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#blanks?.[Symbol.asyncDispose]()
  }
}
