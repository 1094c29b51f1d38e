/** What a workload gives back. */
export interface Measured {
  readonly workload: string
  /** What was measured, in words. */
  readonly what: string
  /** One for each run, in the order of the runs. */
  readonly millis: readonly number[]
  readonly goalMillis: number
}
