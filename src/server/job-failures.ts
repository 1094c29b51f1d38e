/** Steps of background jobs that failed, of whichever runner: told in the log, and counted for `/metrics`. */
import type { Job } from '../jobs/job.ts'
import type { Log } from '../observe/log.ts'

export class JobFailures {
  readonly #log: Log
  readonly #counts = new Map<string, number>()

  constructor(log: Log) {
    this.#log = log
  }

  /** By the name of the job; every job that was begun is there. */
  get counts(): ReadonlyMap<string, number> {
    return this.#counts
  }

  begin(jobs: readonly Job[]): void {
    for (const { name } of jobs) this.#counts.set(name, 0)
  }

  /** What a runner calls. */
  readonly onError = (job: Job, error: unknown): void => {
    this.#counts.set(job.name, (this.#counts.get(job.name) ?? 0) + 1)
    this.#log.error({ job: job.name, err: error }, 'a job failed; it is tried again')
  }
}
