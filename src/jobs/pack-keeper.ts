/**
 * What becomes of packs when their blobs go. When more of one is gone than is left, what is left is written anew, so that no more space is
 * lost to deletions than is used; the pack itself goes once nobody can be reading it. Steps of reclaim: nothing is given up
 * meanwhile, so nothing has to be held.
 */
import type { BlobId, BlobNames, FileId } from '../base/ids.ts'
import { BlobAbsent, type BlobExaminer } from '../stores/blobs/examiner.ts'
import type { BlobAbout, BlobClosing, BlobStore, Naming } from '../stores/blobs/store.ts'
import type { FreedPack, MetadataStore, PackMoves, ThinnedPack } from '../stores/metadata/store.ts'

export interface PackKeeperParts {
  readonly blobs: Pick<BlobStore, 'get' | 'put' | 'remove' | 'strike'>
  readonly examiner: Pick<BlobExaminer, 'blobsIn' | 'describe' | 'sizeOf'>
  readonly names: BlobNames
  readonly metadata: Pick<MetadataStore, 'settlePack' | 'abandonBytes'>
  /** Takes a file away from where blobs are looked for, durably, and keeps its bytes. */
  readonly setAside: (file: FileId) => Promise<void>
}

export class PackKeeper {
  readonly #parts: PackKeeperParts
  readonly #name: Naming

  constructor(parts: PackKeeperParts) {
    const { names } = parts
    this.#parts = parts
    this.#name = { next: () => names.next(), joins: () => undefined }
  }

  /**
   * Strikes what was given up, or gives what is left other places, and says so to the metadata. What cannot be read, or not be
   * written, stays where it is: this pack is not asked for again until more of it goes.
   */
  async settle({ file, givenUp, toMove }: ThinnedPack): Promise<void> {
    const { blobs, metadata } = this.#parts
    const moving = await Promise.allSettled(toMove.map((from) => this.#move(from)))
    const moves = moving.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []))
    // A pack that is left by all of them is gone before long.
    if (toMove.length === 0 || moves.length < toMove.length) await blobs.strike(givenUp)
    try {
      await metadata.settlePack(file, moves)
    } catch (error) {
      // No row came to name these.
      await Promise.allSettled(moves.map(({ to }) => metadata.abandonBytes(to)))
      await blobs.strike(givenUp)
      await metadata.settlePack(file, [])
      throw error
    }
  }

  /**
   * Removes a pack of which all was given up. That nobody names the rest is said by an index only, as of an orphan: then it is set
   * aside (docs/decisions/0016-scrub-backup-quarantine.md).
   */
  async remove({ file, givenUp }: FreedPack): Promise<void> {
    const { blobs, setAside } = this.#parts
    const known = new Set(givenUp)
    const all = await this.#blobsIn(file)
    if (all.every((id) => known.has(id))) await blobs.remove(file)
    else await setAside(file)
  }

  /** None where the file is gone: a life that ended before it could say so removed it. */
  async #blobsIn(file: FileId): Promise<readonly BlobId[]> {
    try {
      return await this.#parts.examiner.blobsIn(file)
    } catch (error) {
      if (error instanceof BlobAbsent) return []
      throw error
    }
  }

  /** The same bytes, proven and durable in another place, where they say of themselves what they said, and where they lay. */
  async #move(from: BlobId): Promise<PackMoves[number]> {
    const { blobs, examiner } = this.#parts
    const { about, closing } = await examiner.describe(from)
    const whole = { offset: 0, lengthBytes: await examiner.sizeOf(from) }
    const moved: BlobAbout = { ...about, was: [...(about.was ?? []), from] }
    const said = closing === undefined ? undefined : (): BlobClosing => closing
    const { id: to } = await blobs.put(this.#name, blobs.get(from, whole), moved, said)
    return { from, to }
  }
}
