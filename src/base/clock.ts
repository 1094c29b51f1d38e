/** Time as something that is handed in, so that a test can hold the clock. */

/** Milliseconds since 1970-01-01T00:00:00Z. */
export type Instant = number

export interface Clock {
  now(): Instant
}

export const systemClock: Clock = { now: () => Date.now() }
