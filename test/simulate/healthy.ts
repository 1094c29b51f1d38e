/**
 * A client that does nothing wrong, on a thread of its own: what it waits for is the server, and not the event loop of the many that
 * misbehave beside it.
 */
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import type { Signable } from '../harness/sign.ts'

export interface Told {
  /** Of a PUT and a GET after it. */
  readonly waitMs: number
  /** What was not as it should be. */
  readonly wrong: string | undefined
}

export class Healthy implements AsyncDisposable {
  /** Milliseconds, since they were last taken. */
  readonly waits: number[] = []
  readonly violations: string[] = []
  readonly #thread: Worker

  /** Works at once, on the object at `path`. */
  constructor({ host, port, region, keys }: Signable, path: string) {
    const server = { host, port, region, keys }
    this.#thread = new Worker(new URL('healthy-thread.ts', import.meta.url), {
      workerData: { server, path },
    })
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
