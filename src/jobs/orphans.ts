/**
 * Orphans: blobs that a process was writing when it ended, before any row named them. Their epoch tells them apart from
 * the blobs of living processes, which clean up after themselves; so one sweep in each life is enough, and one more for each
 * process beside this one that ended.
 *
 * That no row names a blob is said by an index, and an index can rot. So a finished blob is set aside and not removed
 * (docs/decisions/0016-scrub-backup-quarantine.md); an unfinished one was never acknowledged to anybody.
 */
import { epochOf } from '../base/ids.ts'
import type { FileId } from '../base/ids.ts'
import type { BlobStore } from '../stores/blobs/store.ts'
import type { MetadataStore } from '../stores/metadata/store.ts'
import type { Job } from './job.ts'

/** Blobs looked at in one step. */
const blobsAtOnce = 256

export interface OrphanParts {
  readonly metadata: Pick<MetadataStore, 'epoch' | 'referenced'>
  readonly blobs: Pick<BlobStore, 'list' | 'remove' | 'stat'>
  /** Takes a blob away from where blobs are looked for, durably, and keeps its bytes. */
  readonly setAside: (id: FileId) => Promise<void>
  /** Epochs after this process' own whose processes are gone: nothing of theirs is written or named any more. */
  readonly ended?: ReadonlySet<number>
  /** An index was found damaged: nothing is swept as long as this says so. */
  readonly isIndexDamaged?: () => boolean
}

export class OrphanJob implements Job {
  readonly name = 'orphans'
  readonly #parts: OrphanParts
  #listing: AsyncIterator<FileId> | undefined
  /** How many processes had ended when the sweep under way began; and when the last whole one did. */
  #endedAtBegin = 0
  #endedAtLast: number | undefined
  readonly #swept = { removed: 0, setAside: 0 }

  constructor(parts: OrphanParts) {
    this.#parts = parts
  }

  /** Blobs of this life's sweeps: the unfinished ones, and those that nobody names. */
  get swept(): Readonly<{ removed: number; setAside: number }> {
    return this.#swept
  }

  /** A sweep that fails on the way begins again from the start. */
  async step(): Promise<boolean> {
    const { blobs, ended, isIndexDamaged } = this.#parts
    const endedNow = ended?.size ?? 0
    if (this.#endedAtLast === endedNow || isIndexDamaged?.() === true) return false
    try {
      if (this.#listing === undefined) this.#endedAtBegin = endedNow
      this.#listing ??= blobs.list()[Symbol.asyncIterator]()
      const isLast = await this.#sweepSome(this.#listing)
      if (isLast) this.#end()
      return !isLast
    } catch (error) {
      this.#listing = undefined
      throw error
    }
  }

  #end(): void {
    this.#listing = undefined
    this.#endedAtLast = this.#endedAtBegin
  }

  async #sweepSome(listing: AsyncIterator<FileId>): Promise<boolean> {
    const { metadata } = this.#parts
    const { found, isLast } = await take(listing)
    const earlier = found.filter((id) => this.#isOver(epochOf(id)))
    const named = await metadata.referenced(earlier)
    for (const id of earlier) if (!named.has(id)) await this.#sweep(id)
    return isLast
  }

  #isOver(epoch: number): boolean {
    return epoch < this.#parts.metadata.epoch || this.#parts.ended?.has(epoch) === true
  }

  async #sweep(id: FileId): Promise<void> {
    const isUnfinished = await this.#isUnfinished(id)
    if (isUnfinished) await this.#parts.blobs.remove(id)
    else await this.#parts.setAside(id)
    this.#swept[isUnfinished ? 'removed' : 'setAside'] += 1
  }

  /** What cannot be read for certain is kept. */
  async #isUnfinished(id: FileId): Promise<boolean> {
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
  listing: AsyncIterator<FileId>,
): Promise<{ found: readonly FileId[]; isLast: boolean }> {
  const found: FileId[] = []
  while (found.length < blobsAtOnce) {
    const next = await listing.next()
    if (next.done === true) return { found, isLast: true }
    found.push(next.value)
  }
  return { found, isLast: false }
}
