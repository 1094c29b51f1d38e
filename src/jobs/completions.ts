/** Notes of completed uploads, so that a rebuild knows them for objects although they are newer than the last snapshot. */
import type { Clock, Instant } from '../base/clock.ts'
import type { Job } from './job.ts'

/** Longer than a commit may take behind the moment that its receipt names. */
const overlapMs = 10_000
const atOnce = 500

interface Completed {
  readonly uploadId: string
  readonly completed: Instant
}

export interface CompletionsParts<Note extends Completed> {
  readonly since: (moment: Instant, max: number) => readonly Note[]
  readonly keep: (notes: readonly Note[], now: Instant) => Promise<void>
  /** The moment of the last snapshot: what it has needs no note. */
  readonly newest: () => Promise<Instant | undefined>
  readonly clock: Clock
}

export class CompletionsJob<Note extends Completed> implements Job {
  readonly name = 'completions'
  readonly #parts: CompletionsParts<Note>
  #from: Instant | undefined
  /** Of the time that is looked at again. */
  #noted = new Map<string, Instant>()

  constructor(parts: CompletionsParts<Note>) {
    this.#parts = parts
  }

  async step(): Promise<boolean> {
    const { since, keep, newest, clock } = this.#parts
    this.#from ??= ((await newest()) ?? 0) - overlapMs
    const found = since(this.#from, atOnce)
    const fresh = found.filter(({ uploadId }) => !this.#noted.has(uploadId))
    if (fresh.length > 0) await keep(fresh, clock.now())
    for (const { uploadId, completed } of fresh) this.#noted.set(uploadId, completed)
    return this.#goOn(found, clock.now())
  }

  /** A full page is gone on from its end, whatever may still come in between: more of one millisecond than a page there are not. */
  #goOn(found: readonly Completed[], now: Instant): boolean {
    const last = found.at(-1)?.completed ?? now
    const isFull = found.length === atOnce
    this.#from = isFull ? last : Math.max(this.#from ?? 0, Math.min(last, now) - overlapMs)
    const from = this.#from
    this.#noted = new Map([...this.#noted].filter(([, completed]) => completed >= from))
    return isFull
  }
}
