/** Runs the jobs, one after another and never two at once, with pauses in which requests go first. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Clock, Instant } from '../base/clock.ts'
import type { Job } from './job.ts'

export interface RunnerOptions {
  readonly jobs: readonly Job[]
  readonly clock: Clock
  /** Between two rounds in which every job had its turn. */
  readonly everyMs: number
  /** Told of every failed step; the job is tried again later. */
  readonly onError: (job: Job, error: unknown) => void
  /** Resolves early, without an error, when aborted. */
  readonly wait?: Wait
}

export type Wait = (ms: number, signal: AbortSignal) => Promise<void>

/** Between two steps of one job. */
const betweenStepsMs = 5
/** Steps of one job before the next has its turn. */
const stepsInTurnMax = 1000
const backOffMsMin = 1000
const backOffMsMax = 5 * 60 * 1000

interface Turn {
  readonly job: Job
  notBefore: Instant
  backOffMs: number
}

export class Runner implements AsyncDisposable {
  readonly #options: RunnerOptions
  readonly #wait: Wait
  readonly #stop = new AbortController()
  readonly #turns: readonly Turn[]
  readonly #done: Promise<void>

  constructor(options: RunnerOptions) {
    this.#options = options
    this.#wait = options.wait ?? idle
    this.#turns = options.jobs.map((job) => ({ job, notBefore: 0, backOffMs: backOffMsMin }))
    this.#done = this.#run()
  }

  /** The step that is under way is waited for. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort()
    await this.#done
  }

  async #run(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      for (const turn of this.#turns) await this.#take(turn)
      await this.#wait(this.#options.everyMs, this.#stop.signal)
    }
  }

  async #take(turn: Turn): Promise<void> {
    const { clock, onError } = this.#options
    if (clock.now() < turn.notBefore) return
    try {
      await this.#steps(turn.job)
      turn.backOffMs = backOffMsMin
    } catch (error) {
      turn.notBefore = clock.now() + turn.backOffMs
      turn.backOffMs = Math.min(turn.backOffMs * 2, backOffMsMax)
      onError(turn.job, error)
    }
  }

  async #steps(job: Job): Promise<void> {
    const { signal } = this.#stop
    for (let step = 0; step < stepsInTurnMax && !signal.aborted; step++) {
      if (!(await job.step())) return
      await this.#wait(betweenStepsMs, signal)
    }
  }
}

/** Keeps no process alive. */
async function idle(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await sleep(ms, undefined, { signal, ref: false })
  } catch {
    // Only the signal ends a sleep early.
  }
}
