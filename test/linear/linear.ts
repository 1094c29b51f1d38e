/**
 * Many clients on few keys, a server that is killed and paused meanwhile: what everybody heard of a key has to fit into one
 * order (register.ts). A request without an answer may have had its effect until its server was dead, and never later. With
 * several processes any of them stands still, and a worker is killed in the middle, while the others go on.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { Client } from '../crash/client.ts'
import { chance, clockOf, workersArgs, type Proof, type Run, type Scale } from '../crash/proof.ts'
import { Victims } from '../crash/victims.ts'
import { startServer, type TestServer } from '../harness/server.ts'
import { bucket, Caller, type Scene } from './caller.ts'
import { Register, type Operation } from './register.ts'

interface Size {
  readonly lives: number
  readonly lifeMs: number
  readonly clients: number
  readonly keys: number
}

const scales: Readonly<Record<Scale, Size>> = {
  ci: { lives: 2, lifeMs: 1200, clients: 12, keys: 3 },
  nightly: { lives: 120, lifeMs: 2500, clients: 32, keys: 6 },
  release: { lives: 800, lifeMs: 2500, clients: 64, keys: 12 },
}
const pauseMs = 250

export async function proveLinear(run: Run): Promise<Proof> {
  const { lives } = scales[run.scale]
  await using server = await startServer({
    args: workersArgs(run),
    env: { ASHLAR_RECLAIM_GRACE: '0' },
  })
  using client = new Client(server)
  await client.send({ method: 'PUT', path: `/${bucket}` })
  const linear = new Linear(run, server, client)
  const hasTime = clockOf(run)
  while (hasTime() && linear.figures.lives < lives && linear.violations.length === 0) {
    await linear.life()
    run.progress(`${JSON.stringify(linear.figures)}, ${linear.violations.length} violations`)
  }
  return { figures: linear.figures, violations: linear.violations }
}

class Linear {
  readonly violations: string[] = []
  readonly figures = { lives: 0, operations: 0, unknown: 0, refused: 0 }
  readonly #run: Run
  readonly #server: TestServer
  readonly #victims: Victims
  readonly #registers = new Map<string, Register>()
  readonly #callers: readonly Caller[]
  /** Of this life. */
  #seen = new Map<string, Operation[]>()

  constructor(run: Run, server: TestServer, client: Client) {
    const { clients, keys: count } = scales[run.scale]
    const keys = Array.from({ length: count }, (_, index) => `key-${index}`)
    for (const key of keys) this.#registers.set(key, new Register())
    const scene: Scene = {
      client,
      keys,
      bodies: new Map(),
      seen: (key, operation) => this.#take(key, operation),
      wrong: (what) => void this.violations.push(what),
      life: () => this.figures.lives,
    }
    this.#run = run
    this.#server = server
    const { workers = 1 } = run
    this.#victims = new Victims({ server, client, workers, random: chance(run.seed) })
    this.#callers = Array.from(
      { length: clients },
      (_, index) => new Caller(scene, `c${index}`, chance(run.seed + 1 + index)),
    )
  }

  /** Load, a pause in the middle of it, perhaps the end of a worker, and the end. */
  async life(): Promise<void> {
    const { lifeMs } = scales[this.#run.scale]
    const load = { isOver: false }
    const working = this.#callers.map(async (caller) => {
      do await caller.work()
      while (!load.isOver)
    })
    await sleep(lifeMs / 2)
    const paused = this.#victims.any()
    process.kill(paused, 'SIGSTOP')
    await sleep(pauseMs)
    process.kill(paused, 'SIGCONT')
    if ((this.#run.workers ?? 1) > 1) this.#victims.worker()
    await sleep(lifeMs / 2)
    load.isOver = true
    await this.#server.kill()
    const dead = performance.now()
    await Promise.all(working)
    this.figures.lives += 1
    this.#check(dead)
    await this.#server.restart()
  }

  #check(dead: number): void {
    for (const [key, seen] of this.#seen) {
      const history = seen
        .filter(({ called }) => called <= dead)
        .map((one) => ({ ...one, answered: Math.min(one.answered, dead) }))
      const wrong = this.#registers.get(key)?.goOn(history)
      if (wrong !== undefined) this.violations.push(`life ${this.figures.lives}, ${key}: ${wrong}`)
    }
    this.#seen = new Map()
  }

  #take(key: string, operation: Operation): void {
    this.figures.operations += 1
    if (operation.isUnknown === true) this.figures.unknown += 1
    if (operation.says.endsWith('refused')) this.figures.refused += 1
    const list = this.#seen.get(key)
    if (list === undefined) this.#seen.set(key, [operation])
    else list.push(operation)
  }
}
