/**
 * Reclaim: bytes whose rows were replaced, deleted or aborted are removed, once the grace is over and nobody reads or writes
 * them. A crash anywhere leaves entries that the next life finds again.
 */
import type { Clock } from '../base/clock.ts'
import type { HoldKey, Holds } from '../base/holds.ts'
import { fileOf, placeOf, type FileId } from '../base/ids.ts'
import type { BlobStore } from '../stores/blobs/store.ts'
import type { NewLocator } from '../stores/metadata/records.ts'
import type { MetadataStore, ReclaimEntry } from '../stores/metadata/store.ts'
import type { Job } from './job.ts'
import type { PackKeeper } from './pack-keeper.ts'

/** Entries of one step: bounds the transaction that forgets them. */
const entriesAtOnce = 256
/** Held entries are handed out again and again: the reach beyond them grows up to this. */
const entriesAtOnceMax = 65_536

export interface ReclaimParts {
  readonly metadata: MetadataStore
  readonly blobs: Pick<BlobStore, 'remove'>
  /** Of every process that serves. */
  readonly holds: Pick<Holds, 'among'>
  readonly packs: Pick<PackKeeper, 'settle' | 'remove'>
  readonly clock: Clock
  /** How long bytes stay after they were unlinked: outlasts whoever read a row and has not yet taken hold of its bytes. */
  readonly graceMs: number
  /** The index that says whether bytes are still named was found damaged: nothing is removed as long as this says so. */
  readonly isIndexDamaged?: () => boolean
}

interface Removal {
  readonly file: FileId
  readonly remove: () => Promise<void>
}

export class ReclaimJob implements Job {
  readonly name = 'reclaim'
  readonly #parts: ReclaimParts
  #reach: number = entriesAtOnce
  #removed = 0

  constructor(parts: ReclaimParts) {
    this.#parts = parts
  }

  /** Files that it removed in this life. */
  get removed(): number {
    return this.#removed
  }

  async step(): Promise<boolean> {
    const { metadata, clock, graceMs, isIndexDamaged } = this.#parts
    if (isIndexDamaged?.() === true) return false
    const claimed = await metadata.claimReclaim(clock.now() - graceMs, this.#reach)
    const unheld = await this.#unheld(claimed)
    const heldPacks = await this.#heldPacks(unheld)
    const isHeld = ({ locator }: ReclaimEntry): boolean => {
      const pack = packOf(locator)
      return pack !== undefined && heldPacks.has(pack)
    }
    const free = unheld.filter((entry) => !isHeld(entry)).slice(0, entriesAtOnce)
    // Of a pack that is held a blob may go, only not the file: whether they are done with is not known here.
    const perhaps = unheld.filter(isHeld).slice(0, entriesAtOnce)
    if (free.length + perhaps.length > 0) await this.#finish([...free, ...perhaps], heldPacks)
    const held = claimed.length - unheld.length + perhaps.length
    const isCut = claimed.length === this.#reach
    this.#reach = Math.min(entriesAtOnce + held, entriesAtOnceMax)
    if (isCut && claimed.length < entriesAtOnceMax) return true
    return free.length === entriesAtOnce || free.some(mayHaveMore)
  }

  /** A file may be held although the entry that freed it was not: it waits in the queue, condemned. */
  async #finish(entries: readonly ReclaimEntry[], heldPacks: ReadonlySet<FileId>): Promise<void> {
    const { metadata, blobs, packs } = this.#parts
    const told = await metadata.finishReclaim(entries, [...heldPacks])
    const { freed, freedPacks, thinned } = told
    const removals = freed.map((file) => ({ file, remove: () => blobs.remove(file) }))
    const ofPacks = freedPacks.map((pack) => ({
      file: pack.file,
      remove: () => packs.remove(pack),
    }))
    const failures: unknown[] = []
    await this.#remove([...removals, ...ofPacks], failures)
    for (const pack of thinned) await collected(failures, () => packs.settle(pack))
    // One file that cannot be removed does not keep the others; its entry waits for the next round.
    if (failures.length > 0) throw failures[0]
  }

  /** Asked before the transaction that would give one up: whoever writes into it has held it from before there was such a file. */
  async #heldPacks(entries: readonly ReclaimEntry[]): Promise<ReadonlySet<FileId>> {
    const packs = new Set(entries.flatMap(({ locator }) => packOf(locator) ?? []))
    return new Set(await this.#heldAmong([...packs]))
  }

  async #heldAmong(files: readonly FileId[]): Promise<readonly FileId[]> {
    const held = await this.#parts.holds.among(files.map((id) => `blob:${id}` as const))
    return files.filter((id) => held.has(`blob:${id}`))
  }

  async #remove(removals: readonly Removal[], failures: unknown[]): Promise<void> {
    const { metadata } = this.#parts
    const held = new Set(await this.#heldAmong(removals.map(({ file }) => file)))
    const removed: FileId[] = []
    for (const { file, remove } of removals.filter((one) => !held.has(one.file))) {
      await collected(failures, async () => {
        await remove()
        removed.push(file)
      })
    }
    this.#removed += removed.length
    if (removed.length > 0) await metadata.filesRemoved(removed)
  }

  async #unheld(entries: readonly ReclaimEntry[]): Promise<readonly ReclaimEntry[]> {
    const keyed = entries.map((entry) => ({ entry, key: holdKey(entry.locator) }))
    const held = await this.#parts.holds.among(keyed.flatMap(({ key }) => key ?? []))
    return keyed.filter(({ key }) => key === undefined || !held.has(key)).map(({ entry }) => entry)
  }
}

/** What it throws is told later. */
async function collected(failures: unknown[], work: () => Promise<void>): Promise<void> {
  try {
    await work()
  } catch (error) {
    failures.push(error)
  }
}

/** The pack in which the bytes lie. */
function packOf(locator: NewLocator): FileId | undefined {
  const isPacked = locator.kind === 'blob' && placeOf(locator.blob) !== undefined
  return isPacked ? fileOf(locator.blob) : undefined
}

/** Small bytes need no hold: they were read together with their row. A pack is held for others as well: it is asked for apart. */
function holdKey(locator: NewLocator): HoldKey | undefined {
  switch (locator.kind) {
    case 'blob':
      return packOf(locator) === undefined ? `blob:${locator.blob}` : undefined
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
