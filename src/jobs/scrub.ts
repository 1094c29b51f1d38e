/**
 * Scrub: reads everything that is stored, at its own pace, and tells what is damaged. It deletes and mends nothing. Where it is
 * stands in its report, so that a restart goes on there.
 */
import { Allowance } from '../base/allowance.ts'
import type { Clock, Instant } from '../base/clock.ts'
import { mebibyte } from '../base/limits.ts'
import type { Log } from '../observe/log.ts'
import { Examination, type ExaminationParts } from './examination.ts'
import { namesIn, withFinding, type Finding } from './findings.ts'
import type { Job } from './job.ts'
import {
  newRound,
  readReport,
  type ReportShelf,
  type Round,
  type ScrubReport,
} from './scrub-report.ts'

export interface ScrubParts {
  readonly examined: Pick<ExaminationParts, 'metadata' | 'blobs'>
  readonly shelf: ReportShelf
  readonly clock: Clock
  readonly log: Log
  /** From the beginning of one round to that of the next; one that takes longer is followed at once. */
  readonly everyMs: number
  /** Blobs are read no faster than this. */
  readonly bytesPerSecond: number
}

/** Bytes of one step at most, and the least that the pace is counted in. */
const stepBytesMax = 4 * mebibyte
const unitBytes = 4096
/** What a crash makes it read again: so much of a round. */
const keptEveryMs = 30_000
const toldEveryMs = 10 * 60_000

export class ScrubJob implements Job, AsyncDisposable {
  readonly name = 'scrub'
  readonly #parts: ScrubParts
  readonly #allowance: Allowance
  #report: ScrubReport
  #round: Round | undefined
  #examination: Examination | undefined
  #keptAt: Instant
  #toldAt: Instant
  /** Units that were read beyond what was allowed. */
  #debt = 0

  constructor(parts: ScrubParts) {
    const perSecond = parts.bytesPerSecond / unitBytes
    this.#parts = parts
    this.#allowance = new Allowance({ perSecond, burst: stepBytesMax / unitBytes }, parts.clock)
    this.#report = readReport(parts.shelf.read())
    this.#keptAt = parts.clock.now()
    this.#toldAt = this.#keptAt
  }

  /** An index was found damaged: what asks it whether bytes are named must not believe it. */
  get hasDamagedIndex(): boolean {
    const { last, current } = this.#report
    const found = [this.#round, current, last].flatMap((round) => round?.findings ?? [])
    return found.some(({ kind }) => kind === 'index' || kind === 'database')
  }

  /** The round that goes on, so far as this process read it, and the last one that was finished. */
  get rounds(): { readonly current: Round | undefined; readonly last: Round | undefined } {
    const { current, last } = this.#report
    const round = this.#round ?? current
    const counts = this.#examination?.counts ?? round?.counts
    const isOn = round !== undefined && counts !== undefined
    return { current: isOn ? { ...round, counts } : undefined, last }
  }

  /** Lets go of the blob that is being read. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#examination?.close()
  }

  async step(): Promise<boolean> {
    this.#payOff()
    if (this.#debt > 0) return false
    this.#examination ??= this.#begin()
    if (this.#examination === undefined) return false
    const isOver = await this.#go(this.#examination)
    if (isOver) this.#finish()
    else this.#keepNowAndThen()
    return !isOver && this.#debt === 0
  }

  async #go(examination: Examination): Promise<boolean> {
    let read = 0
    let rows = 0
    while (examination.cursor !== undefined && read < stepBytesMax && rows === 0) {
      const before = examination.counts.rows
      read += await examination.step()
      rows = examination.counts.rows - before
    }
    this.#debt += Math.ceil(read / unitBytes)
    return examination.cursor === undefined
  }

  #payOff(): void {
    while (this.#debt > 0 && this.#allowance.take()) this.#debt -= 1
  }

  /** Undefined as long as it is not yet time. */
  #begin(): Examination | undefined {
    const { clock, log, everyMs, examined } = this.#parts
    const { current, last } = this.#report
    const now = clock.now()
    if (current === undefined && last !== undefined && now < last.begun + everyMs) return undefined
    this.#round = current ?? newRound(now)
    log.info({ since: this.#round.begun }, current ? 'scrub goes on' : 'scrub begins')
    const onFinding = (finding: Finding): void => this.#found(finding)
    const parts = { ...examined, isOffline: false, isFast: false, onFinding }
    return new Examination(parts, current)
  }

  #found(finding: Finding): void {
    const round = this.#round ?? newRound(this.#parts.clock.now())
    const next = withFinding(round, finding)
    if (next === round) return
    const { kind, detail, advice, blob } = finding
    const fields = { kind, names: namesIn(finding), blob, detail, advice }
    this.#parts.log.error(fields, 'scrub found damage')
    this.#round = next
    this.#keptAt = 0
  }

  #finish(): void {
    const { clock, log } = this.#parts
    const counts = this.#examination?.counts
    const round = this.#round
    this.#examination = undefined
    this.#round = undefined
    if (round === undefined || counts === undefined) return
    const last: Round = { ...round, counts, finished: clock.now() }
    this.#keep({ version: 1, last })
    log.info({ ...counts, found: round.found }, 'scrub has read everything')
  }

  #keepNowAndThen(): void {
    const now = this.#parts.clock.now()
    const examination = this.#examination
    if (this.#round === undefined || examination?.cursor === undefined) return
    const { counts, cursor } = examination
    if (now - this.#toldAt >= toldEveryMs) {
      this.#toldAt = now
      this.#parts.log.info({ ...counts, ...cursor }, 'scrub goes on')
    }
    if (now - this.#keptAt < keptEveryMs) return
    const current = { ...this.#round, counts, cursor }
    this.#keep({ ...this.#report, current })
  }

  #keep(report: ScrubReport): void {
    this.#report = report
    this.#keptAt = this.#parts.clock.now()
    this.#parts.shelf.write(`${JSON.stringify(report, undefined, 2)}\n`)
  }
}
