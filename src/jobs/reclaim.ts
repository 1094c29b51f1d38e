/**
 * Reclaim: bytes whose rows were replaced, deleted or aborted are removed, once the grace is over and nobody reads or writes
 * them. A crash anywhere leaves entries that the next life finds again.
 */
import type { Clock } from '../base/clock.ts'
import type { HoldKey, Holds } from '../base/holds.ts'
import type { BlobId } from '../base/ids.ts'
import type { BlobStore } from '../stores/blobs/store.ts'
import type { NewLocator } from '../stores/metadata/records.ts'
import type { MetadataStore, ReclaimEntry } from '../stores/metadata/store.ts'
import type { Job } from './job.ts'

/** Entries of one step: bounds the transaction that forgets them. */
const entriesAtOnce = 256
/** Held entries are handed out again and again: the reach beyond them grows up to this. */
const entriesAtOnceMax = 65_536

export interface ReclaimParts {
  readonly metadata: MetadataStore
  readonly blobs: Pick<BlobStore, 'remove'>
  /** Of every process that serves. */
  readonly holds: Pick<Holds, 'among'>
  readonly clock: Clock
  /** How long bytes stay after they were unlinked: outlasts whoever read a row and has not yet taken hold of its bytes. */
  readonly graceMs: number
  /** The index that says whether bytes are still named was found damaged: nothing is removed as long as this says so. */
  readonly isIndexDamaged?: () => boolean
}

export class ReclaimJob implements Job {
  readonly name = 'reclaim'
  readonly #parts: ReclaimParts
  #reach: number = entriesAtOnce
  #removed = 0

  constructor(parts: ReclaimParts) {
    this.#parts = parts
  }

  /** Blobs that it removed in this life. */
  get removed(): number {
    return this.#removed
  }

  async step(): Promise<boolean> {
    const { metadata, clock, graceMs, isIndexDamaged } = this.#parts
    if (isIndexDamaged?.() === true) return false
    const claimed = await metadata.claimReclaim(clock.now() - graceMs, this.#reach)
    const unheld = await this.#unheld(claimed)
    const free = unheld.slice(0, entriesAtOnce)
    if (free.length > 0) await this.#finish(free)
    const held = claimed.length - unheld.length
    const isCut = claimed.length === this.#reach
    this.#reach = Math.min(entriesAtOnce + held, entriesAtOnceMax)
    if (isCut && claimed.length < entriesAtOnceMax) return true
    return free.length === entriesAtOnce || free.some(mayHaveMore)
  }

  /** A blob may be held although the entry that freed it was not: it waits in the queue, condemned. */
  async #finish(entries: readonly ReclaimEntry[]): Promise<void> {
    const { metadata, blobs, holds } = this.#parts
    const freed = await metadata.finishReclaim(entries)
    const held = await holds.among(freed.map((id) => `blob:${id}` as const))
    const removable = freed.filter((id) => !held.has(`blob:${id}`))
    const failures: unknown[] = []
    const removed: BlobId[] = []
    for (const id of removable) {
      await blobs.remove(id).then(
        () => removed.push(id),
        (error: unknown) => failures.push(error),
      )
    }
    this.#removed += removed.length
    if (removed.length > 0) await metadata.blobsRemoved(removed)
    // One file that cannot be removed does not keep the others; its entry waits for the next round.
    if (failures.length > 0) throw failures[0]
  }

  async #unheld(entries: readonly ReclaimEntry[]): Promise<readonly ReclaimEntry[]> {
    const keyed = entries.map((entry) => ({ entry, key: holdKey(entry.locator) }))
    const held = await this.#parts.holds.among(keyed.flatMap(({ key }) => key ?? []))
    return keyed.filter(({ key }) => key === undefined || !held.has(key)).map(({ entry }) => entry)
  }
}

/** Small bytes need no hold: they were read together with their row. */
function holdKey(locator: NewLocator): HoldKey | undefined {
  switch (locator.kind) {
    case 'blob':
      return `blob:${locator.blob}`
    case 'parts':
      return `content:${locator.content}`
    default:
      return undefined
  }
}

/** Part rows are forgotten in pieces; their entry stays until the last. */
function mayHaveMore(entry: ReclaimEntry): boolean {
  return entry.locator.kind === 'parts'
}
