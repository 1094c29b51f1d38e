/** Time as something that is handed in, so that a test can hold the clock. */

/** Milliseconds since 1970-01-01T00:00:00Z. */
export type Instant = number

export interface Clock {
  now(): Instant
}

export const systemClock: Clock = { now: () => Date.now() }

/** Seconds since some moment of this process, with fractions, never going back: tells how long something takes. */
export type Stopwatch = () => number

export const systemStopwatch: Stopwatch = () => performance.now() / 1000
