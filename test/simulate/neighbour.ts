/**
 * Clients that do nothing wrong, on a thread of their own: what they wait for is the server, and not the event loop of the many that
 * misbehave beside them.
 */
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import type { Signable } from '../harness/sign.ts'

/** Of one round of what they do. */
export interface Told {
  readonly waitMs: number
  /** What was not as it should be. */
  readonly wrong: string | undefined
}

export interface Work {
  /** What their keys begin with, or the one key of all. */
  readonly path: string
  readonly connections: number
  /** Between two requests, or two rounds, of one connection. */
  readonly pauseMs: number
}

/** What a thread finds when it begins. */
export interface WorkData extends Work {
  readonly server: Signable
}

const threads: Readonly<Record<'healthy' | 'active', URL>> = {
  healthy: new URL('healthy-thread.ts', import.meta.url),
  active: new URL('active-thread.ts', import.meta.url),
}

export class Neighbour implements AsyncDisposable {
  /** Milliseconds, since they were last taken. */
  readonly waits: number[] = []
  readonly violations: string[] = []
  readonly #thread: Worker

  /** Works at once: one client that puts and gets, or many that do a day's work. */
  constructor(
    which: keyof typeof threads,
    { server: { host, port, region, keys }, ...work }: WorkData,
  ) {
    const workerData: WorkData = { server: { host, port, region, keys }, ...work }
    this.#thread = new Worker(threads[which], { workerData })
    this.#thread.on('message', ({ waitMs, wrong }: Told) => {
      this.waits.push(waitMs)
      if (wrong !== undefined) this.violations.push(`another client: ${wrong}`)
    })
    this.#thread.on('error', (error) => this.violations.push(`another client: ${String(error)}`))
  }

  /** Until so many more have been heard, or the thread is at its end. */
  async hears(count: number): Promise<void> {
    const enough = this.waits.length + count
    while (this.waits.length < enough && this.violations.length === 0) await sleep(10)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const exit = once(this.#thread, 'exit')
    await this.#thread.terminate()
    await exit
  }
}
