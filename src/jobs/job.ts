/** Work that nobody waits for: bounded, resumable, done again after a crash without harm. */

export interface Job {
  /** For logs and metrics. */
  readonly name: string
  /** Does a bounded piece of work; true when there is more to do now. */
  step(): Promise<boolean>
}
