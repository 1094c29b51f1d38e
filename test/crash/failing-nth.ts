/** A file system of the blob store whose Nth call fails. */
import type { FileSystem } from '../../src/stores/blobs/file-system.ts'
import { callsThrough, filesSeen } from './calls-through.ts'

export interface Failure {
  readonly nth: number
  /** e.g. EIO. */
  readonly code: string
  /** No write takes more: what is longer comes in several calls. */
  readonly writeBytesMax: number
}

/** Fails the Nth call of any kind, once; counts them all. */
export class FailingNth {
  calls = 0
  /** Which call it was; '' as long as none has failed. */
  failed = ''
  readonly nth: number
  readonly code: string
  readonly files: FileSystem

  constructor({ nth, code, writeBytesMax }: Failure) {
    this.nth = nth
    this.code = code
    const shortWrites = filesSeen((file) => ({
      read: (into, position) => file.read(into, position),
      write: (bytes, position) => file.write(bytes.subarray(0, writeBytesMax), position),
      sizeBytes: () => file.sizeBytes(),
      syncData: () => file.syncData(),
      close: () => file.close(),
    }))
    this.files = callsThrough((name, work) => this.#do(name, work), shortWrites)
  }

  /** Descriptors run out where something is opened, and nowhere else. */
  async #do<T>(name: string, work: () => Promise<T>): Promise<T> {
    this.calls += 1
    if (this.calls !== this.nth) return work()
    this.failed = name
    const syscall = this.code === 'EMFILE' ? 'open' : name
    throw Object.assign(new Error(`planted in ${name}`), { code: this.code, syscall })
  }
}
