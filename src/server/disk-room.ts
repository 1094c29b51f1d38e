/**
 * The watermark of the disk: when the volume of the data folder has little room left, writes are refused before they begin,
 * while reads, deletes and aborts go on; what they free ends it, without anybody's help. The rest of the room is kept for the
 * metadata: its log must never meet a full disk, for a commit that fails ends the process.
 */
import { statfs } from 'node:fs/promises'
import { mebibyte } from '../base/limits.ts'
import { S3Error } from '../model/errors.ts'
import type { OperationName } from '../model/operations.gen.ts'
import type { Log } from '../observe/log.ts'

/** Bytes arrive between two looks; those of our own clients are counted, so only strangers can surprise us. */
const everyMs = 250

const goesOn = 'Reads and deletes go on; writes will as soon as there is room.'

/** Deletes, aborts and what only reads need next to no room. */
const growing: ReadonlySet<OperationName> = new Set([
  'CopyObject',
  'CreateBucket',
  'CreateMultipartUpload',
  'PutObject',
  'UploadPart',
  'UploadPartCopy',
] as const)

export interface DiskRoomParts {
  readonly folder: string
  /** Free bytes that are left to the metadata; 0 never refuses. */
  readonly reserveBytes: number
  readonly log: Log
  /** Processes that write to the volume, this one included: between two looks each may take its share of what is free. */
  readonly sharers: number
}

export interface Room {
  /** Of the volume; absent when it could not be asked. */
  readonly totalBytes?: number
  readonly freeBytes?: number
  readonly reserveBytes: number
  /** Writes are refused. */
  readonly isShort: boolean
}

export class DiskRoom implements Disposable {
  readonly #parts: DiskRoomParts
  readonly #timer: NodeJS.Timeout
  #freeBytes = Infinity
  #totalBytes: number | undefined
  /** Taken since the last look. */
  #takenBytes = 0
  #isShort = false

  static async open(parts: DiskRoomParts): Promise<DiskRoom> {
    const room = new DiskRoom(parts)
    await room.#look()
    return room
  }

  private constructor(parts: DiskRoomParts) {
    this.#parts = parts
    this.#timer = setInterval(() => void this.#look(), everyMs).unref()
  }

  /** As of the last look. */
  get found(): Room {
    const { reserveBytes } = this.#parts
    const [totalBytes, freeBytes] = [this.#totalBytes, this.#freeBytes]
    const known = totalBytes === undefined ? undefined : { totalBytes, freeBytes }
    return { ...known, reserveBytes, isShort: this.#isShort }
  }

  /** Before the body is read. Throws ServiceUnavailable. */
  admit(operation: OperationName, lengthBytes: number): void {
    if (growing.has(operation)) this.#check(lengthBytes)
  }

  /** Bytes on their way to the disk. Throws ServiceUnavailable. */
  readonly take = (sizeBytes: number): void => {
    this.#takenBytes += sizeBytes
    this.#check(0)
  };

  [Symbol.dispose](): void {
    clearInterval(this.#timer)
  }

  #check(neededBytes: number): void {
    const { reserveBytes, sharers } = this.#parts
    if (reserveBytes === 0) return
    const takenBytes = this.#takenBytes * sharers
    if (this.#freeBytes - takenBytes - neededBytes >= reserveBytes) return
    throw this.#full(
      `The disk of the server is nearly full: ${mebibytes(this.#freeBytes)} MiB are free, and ${mebibytes(reserveBytes)} MiB of them are kept in reserve. ${goesOn}`,
    )
  }

  /** The disk itself said that it is full, before this was seen: what the client is answered. */
  refusal(error: unknown): S3Error {
    this.#parts.log.warn({ err: error }, 'the disk is full: a write was refused')
    void this.#look()
    return this.#full(`The disk of the server is full. ${goesOn}`)
  }

  #full(sentence: string): S3Error {
    return new S3Error('ServiceUnavailable', {}, sentence)
  }

  /** A volume that cannot be asked is taken for what it was. */
  async #look(): Promise<void> {
    const { folder, reserveBytes, log } = this.#parts
    try {
      const { bavail, blocks, bsize } = await statfs(folder)
      this.#freeBytes = bavail * bsize
      this.#totalBytes = blocks * bsize
      this.#takenBytes = 0
    } catch (error) {
      log.error({ err: error }, 'the room on the disk cannot be found out')
    }
    const isShort = this.#freeBytes < reserveBytes
    if (isShort === this.#isShort) return
    this.#isShort = isShort
    const fields = { freeMiB: mebibytes(this.#freeBytes), reserveMiB: mebibytes(reserveBytes) }
    if (isShort) log.warn(fields, 'the disk is nearly full: writes are refused')
    else log.warn(fields, 'the disk has room again: writes are taken')
  }
}

function mebibytes(bytes: number): number {
  return Math.floor(bytes / mebibyte)
}
