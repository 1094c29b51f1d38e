/**
 * Orphans: blobs that a process was writing when it ended, before any row named them. Their epoch tells them apart from
 * the blobs of this life, whose writers are alive and clean up after themselves; so one sweep in each life is enough.
 */
import { epochOf } from '../base/ids.ts'
import type { BlobId } from '../base/ids.ts'
import type { BlobStore } from '../stores/blobs/store.ts'
import type { MetadataStore } from '../stores/metadata/store.ts'
import type { Job } from './job.ts'

/** Blobs looked at in one step. */
const blobsAtOnce = 256

export interface OrphanParts {
  readonly metadata: Pick<MetadataStore, 'epoch' | 'referenced'>
  readonly blobs: Pick<BlobStore, 'list' | 'remove'>
}

export class OrphanJob implements Job {
  readonly name = 'orphans'
  readonly #parts: OrphanParts
  #listing: AsyncIterator<BlobId> | undefined
  #isSwept = false

  constructor(parts: OrphanParts) {
    this.#parts = parts
  }

  /** A sweep that fails on the way begins again from the start. */
  async step(): Promise<boolean> {
    if (this.#isSwept) return false
    try {
      this.#listing ??= this.#parts.blobs.list()[Symbol.asyncIterator]()
      const isLast = await this.#sweepSome(this.#listing)
      this.#isSwept = isLast
      return !isLast
    } catch (error) {
      this.#listing = undefined
      throw error
    }
  }

  async #sweepSome(listing: AsyncIterator<BlobId>): Promise<boolean> {
    const { metadata, blobs } = this.#parts
    const { found, isLast } = await take(listing)
    const earlier = found.filter((id) => epochOf(id) < metadata.epoch)
    const named = await metadata.referenced(earlier)
    for (const id of earlier) if (!named.has(id)) await blobs.remove(id)
    return isLast
  }
}

/**
 * Blobs of a later epoch are left alone: they are there when older metadata was put back, and what they hold is then
 * known to nobody else.
 */
async function take(
  listing: AsyncIterator<BlobId>,
): Promise<{ found: readonly BlobId[]; isLast: boolean }> {
  const found: BlobId[] = []
  while (found.length < blobsAtOnce) {
    const next = await listing.next()
    if (next.done === true) return { found, isLast: true }
    found.push(next.value)
  }
  return { found, isLast: false }
}
