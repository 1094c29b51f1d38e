/** A file system of the blob store whose Nth call fails. */
import {
  nodeFileSystem,
  type FileSystem,
  type OpenFile,
} from '../../src/stores/blobs/file-system.ts'

export interface Failure {
  readonly nth: number
  /** e.g. EIO. */
  readonly code: string
  /** No write takes more: what is longer comes in several calls. */
  readonly writeBytesMax: number
}

/** Fails the Nth call of any kind, once; counts them all. */
export class FailingNth implements FileSystem {
  calls = 0
  /** Which call it was; '' as long as none has failed. */
  failed = ''
  readonly nth: number
  readonly code: string
  readonly #writeBytesMax: number

  constructor({ nth, code, writeBytesMax }: Failure) {
    this.nth = nth
    this.code = code
    this.#writeBytesMax = writeBytesMax
  }

  create = async (path: string): Promise<OpenFile> =>
    this.#wrap(await this.#do('create', () => nodeFileSystem.create(path)))
  open = async (path: string): Promise<OpenFile> =>
    this.#wrap(await this.#do('open', () => nodeFileSystem.open(path)))
  unlink = (path: string): Promise<void> => this.#do('unlink', () => nodeFileSystem.unlink(path))
  makeFolder = (path: string): Promise<void> =>
    this.#do('makeFolder', () => nodeFileSystem.makeFolder(path))
  syncFolder = (path: string): Promise<void> =>
    this.#do('syncFolder', () => nodeFileSystem.syncFolder(path))
  readFolder = (path: string): Promise<readonly string[]> =>
    this.#do('readFolder', () => nodeFileSystem.readFolder(path))

  /** Descriptors run out where something is opened, and nowhere else. */
  async #do<T>(name: string, work: () => Promise<T>): Promise<T> {
    this.calls += 1
    if (this.calls !== this.nth) return work()
    this.failed = name
    const syscall = this.code === 'EMFILE' ? 'open' : name
    throw Object.assign(new Error(`planted in ${name}`), { code: this.code, syscall })
  }

  #wrap(file: OpenFile): OpenFile {
    return {
      read: (into, position) => this.#do('read', () => file.read(into, position)),
      write: (bytes, position) =>
        this.#do('write', () => file.write(bytes.subarray(0, this.#writeBytesMax), position)),
      sizeBytes: () => file.sizeBytes(),
      syncData: () => this.#do('syncData', () => file.syncData()),
      close: async () => {
        await file.close()
        await this.#do('close', async () => undefined)
      },
    }
  }
}
