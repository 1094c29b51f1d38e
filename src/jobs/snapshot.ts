/**
 * Snapshots of the metadata: what a lost database is rebuilt from, together with the blobs. The newer the last one, the less is lost.
 *
 * Nothing is done while nothing changes, and what takes long is done for a tenth of the time at most, however large the database
 * has become.
 */
import type { Clock, Instant } from '../base/clock.ts'
import type { Log } from '../observe/log.ts'
import type { Job } from './job.ts'

/** The one before the newest stays for the case that the newest has rotted. */
const keptSnapshots = 2
/** A server that was just started has other things to do. */
const afterStartMs = 60_000
const shareOfTime = 10
const longMs = 5000

export interface SnapshotParts {
  /** Grows with every change of the metadata. */
  readonly version: () => number
  readonly newest: () => Promise<Instant | undefined>
  /** Bytes that lack to take one; 0 when there is room. */
  readonly lacking: () => Promise<number>
  readonly take: () => Promise<unknown>
  readonly prune: (kept: number) => Promise<unknown>
  readonly clock: Clock
  readonly log: Log
  /** From one to the next. */
  readonly everyMs: number
}

export class SnapshotJob implements Job {
  readonly name = 'snapshot'
  readonly #parts: SnapshotParts
  #due: Instant | undefined
  /** Of the metadata as the last snapshot of this life has it. */
  #version: number | undefined

  constructor(parts: SnapshotParts) {
    this.#parts = parts
  }

  async step(): Promise<boolean> {
    const { clock, everyMs } = this.#parts
    this.#due ??= await this.#firstDue()
    if (clock.now() < this.#due) return false
    const begun = clock.now()
    await this.#takeOne()
    const tookMs = clock.now() - begun
    this.#due = begun + Math.max(everyMs, tookMs > longMs ? tookMs * shareOfTime : 0)
    return false
  }

  async #firstDue(): Promise<Instant> {
    const { newest, clock, everyMs } = this.#parts
    const now = clock.now()
    // One from the future says that the clock went back, not that there is time.
    const last = Math.min((await newest()) ?? 0, now)
    return Math.max(last + everyMs, now + Math.min(everyMs, afterStartMs))
  }

  async #takeOne(): Promise<void> {
    const { version, lacking, take, prune, log } = this.#parts
    // Asked before its moment: what is committed while it is taken is for the next.
    const now = version()
    if (now === this.#version) return
    const lackingBytes = await lacking()
    if (lackingBytes > 0) {
      log.warn({ lackingBytes }, 'no room for a snapshot of the metadata: the last one grows old')
      return
    }
    await take()
    this.#version = now
    await prune(keptSnapshots)
  }
}
