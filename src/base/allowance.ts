/** How often something may be done: so many times a second on the average, a few of them at once. */
import type { Clock, Instant } from './clock.ts'

export interface Rate {
  /** 0 allows nothing. */
  readonly perSecond: number
  /** After a pause this many may come at once. */
  readonly burst: number
}

export class Allowance {
  readonly #rate: Rate
  readonly #clock: Clock
  #left: number
  #counted: Instant

  constructor(rate: Rate, clock: Clock) {
    this.#rate = rate
    this.#clock = clock
    this.#left = rate.burst
    this.#counted = clock.now()
  }

  /** Takes one, where there is one. */
  take(): boolean {
    const { perSecond, burst } = this.#rate
    const now = this.#clock.now()
    // A clock that is set back gives nothing and takes nothing.
    const passedMs = Math.max(0, now - this.#counted)
    this.#counted = now
    this.#left = Math.min(burst, this.#left + (passedMs * perSecond) / 1000)
    if (perSecond === 0 || this.#left < 1) return false
    this.#left -= 1
    return true
  }
}
