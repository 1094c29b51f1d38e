/**
 * Orphans: blobs that a process was writing when it ended, before any row named them. Their epoch tells them apart from
 * the blobs of this life, whose writers are alive and clean up after themselves; so one sweep in each life is enough.
 *
 * That no row names a blob is said by an index, and an index can rot. So a finished blob is set aside and not removed
 * (docs/decisions/0016-scrub-backup-quarantine.md); an unfinished one was never acknowledged to anybody.
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
  readonly blobs: Pick<BlobStore, 'list' | 'remove' | 'stat'>
  /** Takes a blob away from where blobs are looked for, durably, and keeps its bytes. */
  readonly setAside: (id: BlobId) => Promise<void>
  /** An index was found damaged: nothing is swept as long as this says so. */
  readonly isIndexDamaged?: () => boolean
}

export class OrphanJob implements Job {
  readonly name = 'orphans'
  readonly #parts: OrphanParts
  #listing: AsyncIterator<BlobId> | undefined
  #isSwept = false
  readonly #swept = { removed: 0, setAside: 0 }

  constructor(parts: OrphanParts) {
    this.#parts = parts
  }

  /** Blobs of this life's sweep: the unfinished ones, and those that nobody names. */
  get swept(): Readonly<{ removed: number; setAside: number }> {
    return this.#swept
  }

  /** A sweep that fails on the way begins again from the start. */
  async step(): Promise<boolean> {
    if (this.#isSwept || this.#parts.isIndexDamaged?.() === true) return false
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
    const { metadata } = this.#parts
    const { found, isLast } = await take(listing)
    const earlier = found.filter((id) => epochOf(id) < metadata.epoch)
    const named = await metadata.referenced(earlier)
    for (const id of earlier) if (!named.has(id)) await this.#sweep(id)
    return isLast
  }

  async #sweep(id: BlobId): Promise<void> {
    const isUnfinished = await this.#isUnfinished(id)
    if (isUnfinished) await this.#parts.blobs.remove(id)
    else await this.#parts.setAside(id)
    this.#swept[isUnfinished ? 'removed' : 'setAside'] += 1
  }

  /** What cannot be read for certain is kept. */
  async #isUnfinished(id: BlobId): Promise<boolean> {
    try {
      return (await this.#parts.blobs.stat(id)) === undefined
    } catch {
      return false
    }
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
