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

/** One body's place in the watch. */
export interface Window {
  readonly body: Watched
  waitedMs: number
  receivedBytes: number
  /** Where it stands in the list; undefined once it was forgotten. */
  place: number | undefined
}

export class ProgressWatch implements Disposable {
  /** A list, for a map leaves its former tables behind, each with a hand on the next. */
  readonly #windows: Window[] = []
  readonly #timings: Timings
  readonly #tickMs: number
  readonly #timer: NodeJS.Timeout

  constructor(timings: Timings) {
    this.#timings = timings
    this.#tickMs = Math.max(10, Math.min(1000, timings.bodyWindowMs / 10))
    this.#timer = setInterval(() => this.#tick(), this.#tickMs).unref()
  }

  add(body: Watched): Window {
    const { receivedBytes } = body
    const window: Window = { body, waitedMs: 0, receivedBytes, place: this.#windows.length }
    this.#windows.push(window)
    return window
  }

  /** The last one takes its place. */
  forget(window: Window): void {
    const { place } = window
    if (place === undefined) return
    window.place = undefined
    const last = this.#windows.pop()
    if (last === undefined || last === window) return
    last.place = place
    this.#windows[place] = last
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer)
  }

  #tick(): void {
    // A copy, for whoever is failed is forgotten.
    for (const window of this.#windows.slice()) {
      if (!window.body.waiting) continue
      window.waitedMs += this.#tickMs
      if (window.waitedMs >= this.#timings.bodyWindowMs) this.#judge(window)
    }
  }

  #judge(window: Window): void {
    const { body } = window
    const came = body.receivedBytes - window.receivedBytes
    const due = (this.#timings.bodyBytesPerSecondMin * this.#timings.bodyWindowMs) / 1000
    if (came < due) return body.fail(new S3Error('RequestTimeout'))
    window.waitedMs = 0
    window.receivedBytes = body.receivedBytes
  }
}
