/**
 * Names of files that blobs lie in, 16 bytes, never reused, chosen before a byte is written; and of the blobs.
 *
 * epoch (4 bytes) ‖ sequence (4 bytes) ‖ random (8 bytes), big-endian. The epoch is a number that the metadata store
 * hands out once for each life of a process, so whoever finds a file without a row can tell whether the process that
 * wrote it still lives. Names made one after another are neighbours, in a folder as in an index.
 *
 * A blob that has its file to itself bears the file's name. One of a pack, a file of several blobs, bears it together with its place there.
 */
import type { Chance } from './chance.ts'

/** 32 lower-case hex digits, and of a blob in a pack, behind a dot each, its first page and its pages: 4 hex digits each. */
export type BlobId = string & { readonly isBlobId: true }

/** 32 lower-case hex digits: also the id of the blob in it, where there is but one. */
export type FileId = BlobId & { readonly isFileId: true }

/** Where a blob lies in its pack. A page is 4,096 bytes. */
export interface Place {
  readonly firstPage: number
  readonly pages: number
}

/** No place is beyond: it is written with two bytes for each number. */
export const placePagesMax = 0xffff

const shape = /^[0-9a-f]{32}(?:\.[0-9a-f]{4}\.[0-9a-f]{4})?$/
const fileDigits = 32

export function blobId(text: string): BlobId {
  if (!shape.test(text)) throw new TypeError(`not a blob id: ${text}`)
  return text as BlobId
}

export function fileId(text: string): FileId {
  if (text.length !== fileDigits) throw new TypeError(`not the name of a blob file: ${text}`)
  return blobId(text) as FileId
}

/** The file that a blob lies in. */
export function fileOf(id: BlobId): FileId {
  return (id.length === fileDigits ? id : id.slice(0, fileDigits)) as FileId
}

/** The blob that lies there in that pack. */
export function blobAt(file: FileId, { firstPage, pages }: Place): BlobId {
  return blobId(`${file}.${hex4(firstPage)}.${hex4(pages)}`)
}

/** Undefined for a blob that has its file to itself. */
export function placeOf(id: BlobId): Place | undefined {
  if (id.length === fileDigits) return undefined
  const [firstPage, pages] = [id.slice(fileDigits + 1, -5), id.slice(-4)]
  return { firstPage: Number.parseInt(firstPage, 16), pages: Number.parseInt(pages, 16) }
}

/** The life of the process that named this blob. */
export function epochOf(id: BlobId): number {
  return Number.parseInt(id.slice(0, 8), 16)
}

export class BlobNames {
  readonly epoch: number
  readonly #chance: Chance
  /** Named already, and not handed out. */
  readonly #ahead: FileId[] = []
  #sequence = 0

  constructor(epoch: number, chance: Chance) {
    this.epoch = epoch
    this.#chance = chance
  }

  next(): FileId {
    return this.#ahead.shift() ?? this.#make()
  }

  /** What the next so many calls of `next` will give, so that something can be made ready for them. */
  ahead(count: number): readonly FileId[] {
    while (this.#ahead.length < count) this.#ahead.push(this.#make())
    return this.#ahead.slice(0, count)
  }

  #make(): FileId {
    const sequence = this.#sequence++ >>> 0
    const random = Buffer.from(this.#chance.bytes(8)).toString('hex')
    return fileId(hex8(this.epoch) + hex8(sequence) + random)
  }
}

function hex8(value: number): string {
  return value.toString(16).padStart(8, '0')
}

function hex4(value: number): string {
  return value.toString(16).padStart(4, '0')
}
