/**
 * Progress of request bodies: who keeps a reader waiting and brings almost nothing is told RequestTimeout.
 *
 * One timer for all connections. Only time in which we wait for the client counts; a body that waits for our disk does not age.
 */
import { S3Error } from '../model/errors.ts'
import type { Timings } from './timings.ts'

/** What is watched: a body with a reader. */
export interface Watched {
  readonly receivedBytes: number
  readonly waiting: boolean
  fail(reason: unknown): void
}

interface Window {
  waitedMs: number
  receivedBytes: number
}

export class ProgressWatch implements Disposable {
  readonly #windows = new Map<Watched, Window>()
  readonly #timings: Timings
  readonly #tickMs: number
  readonly #timer: NodeJS.Timeout

  constructor(timings: Timings) {
    this.#timings = timings
    this.#tickMs = Math.max(10, Math.min(1000, timings.bodyWindowMs / 10))
    this.#timer = setInterval(() => this.#tick(), this.#tickMs).unref()
  }

  add(body: Watched): void {
    this.#windows.set(body, { waitedMs: 0, receivedBytes: body.receivedBytes })
  }

  forget(body: Watched): void {
    this.#windows.delete(body)
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer)
  }

  #tick(): void {
    for (const [body, window] of this.#windows) {
      if (!body.waiting) continue
      window.waitedMs += this.#tickMs
      if (window.waitedMs >= this.#timings.bodyWindowMs) this.#judge(body, window)
    }
  }

  #judge(body: Watched, window: Window): void {
    const came = body.receivedBytes - window.receivedBytes
    const due = (this.#timings.bodyBytesPerSecondMin * this.#timings.bodyWindowMs) / 1000
    if (came < due) body.fail(new S3Error('RequestTimeout'))
    else this.add(body)
  }
}
