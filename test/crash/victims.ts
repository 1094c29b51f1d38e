/** Who of a server is killed: a worker, which is replaced while the others go on; the first process; or all at once. */
import { setTimeout as sleep } from 'node:timers/promises'
import { childrenOf, isAlive } from '../harness/process.ts'
import type { TestServer } from '../harness/server.ts'
import { until } from '../harness/until.ts'
import type { Client } from './client.ts'

/** With more deaths of workers in a minute a server ends. */
const workersKilledMax = 4

export class Victims {
  readonly figures = { workersKilled: 0, firstKilled: 0 }
  readonly #server: TestServer
  readonly #client: Client
  readonly #workers: number
  readonly #random: () => number
  /** Since the server began. */
  #killed = 0

  constructor(scene: {
    readonly server: TestServer
    readonly client: Client
    readonly workers: number
    readonly random: () => number
  }) {
    this.#server = scene.server
    this.#client = scene.client
    this.#workers = scene.workers
    this.#random = scene.random
  }

  /** Kills somebody of it by chance, with SIGKILL. True when the server as a whole lives on. */
  async kill(): Promise<boolean> {
    const dice = this.#workers === 1 ? 1 : this.#random()
    if (dice < 0.6 && this.#killed < workersKilledMax) {
      this.worker()
      return true
    }
    const orphans = this.#workers === 1 ? [] : childrenOf(this.#server.pid)
    if (dice < 0.8) this.figures.firstKilled += 1
    else for (const pid of orphans) process.kill(pid, 'SIGKILL')
    await this.#server.kill()
    this.#killed = 0
    if (!(await until(() => !orphans.some(isAlive))))
      throw new Error('a worker outlives the first process')
    return false
  }

  worker(): void {
    const pids = childrenOf(this.#server.pid)
    const pid = pids[Math.floor(this.#random() * pids.length)]
    if (pid === undefined) throw new Error('the server has no workers')
    process.kill(pid, 'SIGKILL')
    this.#killed += 1
    this.figures.workersKilled += 1
  }

  /** Somebody of it that may be made to stand still. */
  any(): number {
    const pids = [this.#server.pid, ...(this.#workers === 1 ? [] : childrenOf(this.#server.pid))]
    return pids[Math.floor(this.#random() * pids.length)] ?? this.#server.pid
  }

  /** Resolves when every worker that was killed is replaced. */
  async replaced(): Promise<void> {
    const whole = `${this.#workers} of ${this.#workers}`
    for (const end = performance.now() + 120_000; performance.now() < end; await sleep(20)) {
      // A replacement begins only when nothing of the dead one is under way any more.
      if (childrenOf(this.#server.pid).length < this.#workers) continue
      const heard = await this.#client.send({ path: '/-/ready' })
      if (heard.headers['x-ashlar-workers'] === whole) return
    }
    throw new Error(`a worker is not replaced: ${this.#server.log()}`)
  }
}
