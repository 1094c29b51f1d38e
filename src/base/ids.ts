/**
 * Blob ids: 16 bytes, never reused, chosen before a byte is written.
 *
 * epoch (4 bytes) ‖ sequence (4 bytes) ‖ random (8 bytes), big-endian. The epoch is a number that the metadata store
 * hands out once for each life of a process, so whoever finds a blob without a row can tell whether the process that
 * wrote it still lives. Ids made one after another are neighbours, in a folder as in an index.
 */
import type { Chance } from './chance.ts'

/** 32 lower-case hex digits. */
export type BlobId = string & { readonly isBlobId: true }

const shape = /^[0-9a-f]{32}$/

export function blobId(text: string): BlobId {
  if (!shape.test(text)) throw new TypeError(`not a blob id: ${text}`)
  return text as BlobId
}

/** The life of the process that named this blob. */
export function epochOf(id: BlobId): number {
  return Number.parseInt(id.slice(0, 8), 16)
}

export class BlobNames {
  readonly epoch: number
  readonly #chance: Chance
  /** Named already, and not handed out. */
  readonly #ahead: BlobId[] = []
  #sequence = 0

  constructor(epoch: number, chance: Chance) {
    this.epoch = epoch
    this.#chance = chance
  }

  next(): BlobId {
    return this.#ahead.shift() ?? this.#make()
  }

  /** What the next so many calls of `next` will give, so that something can be made ready for them. */
  ahead(count: number): readonly BlobId[] {
    while (this.#ahead.length < count) this.#ahead.push(this.#make())
    return this.#ahead.slice(0, count)
  }

  #make(): BlobId {
    const sequence = this.#sequence++ >>> 0
    const random = Buffer.from(this.#chance.bytes(8)).toString('hex')
    return blobId(hex8(this.epoch) + hex8(sequence) + random)
  }
}

function hex8(value: number): string {
  return value.toString(16).padStart(8, '0')
}
