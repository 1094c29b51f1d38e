/**
 * A worker: the program of a process that serves, under the one that has the data folder. It reads the metadata itself, writes
 * blobs itself, and hands its transactions to the first process, without which it is nothing: when that ends, so does it.
 */
// First, for it must run before anything touches a file.
import '../config-runtime.ts'
import { systemChance } from '../../base/chance.ts'
import { systemClock } from '../../base/clock.ts'
import type { Family } from '../../observe/families.ts'
import { openLog } from '../../observe/log.ts'
import { BucketCache } from '../../stores/metadata/sql/bucket-cache.ts'
import { RemoteWriter } from '../../stores/metadata/sql/remote-writer.ts'
import { joinMetadata } from '../../stores/metadata/shared.ts'
import { acceleratorFor } from '../acceleration.ts'
import { openStores, type Composed } from '../compose.ts'
import { ConfigError } from '../config-error.ts'
import { prepareFront } from '../front.ts'
import { openKeys } from '../keys.ts'
import type { Serve } from '../listener.ts'
import { soon } from '../rehearsal.ts'
import { storeMeters } from '../store-meters.ts'
import { timings } from '../timings.ts'
import { countingWorkers, workersField } from './counting.ts'
import { untrusted, type FromWorker, type Hello, type ToWorker } from './messages.ts'
import { Telling } from './telling.ts'

/** What it is told, and does, as long as it lives. */
class Life {
  readonly #hello: Hello
  readonly #buckets = new BucketCache()
  readonly #writer = new RemoteWriter((calls) => send({ kind: 'calls', calls }))
  readonly #running = new AsyncDisposableStack()
  readonly #begun: Promise<void>
  readonly #admitted = Promise.withResolvers<void>()
  #holds: Composed['holds'] | undefined
  /** Undefined where nobody reads its numbers. */
  #telling: Telling | undefined
  #serving = 0

  constructor(hello: Hello) {
    this.#hello = hello
    this.#begun = this.#begin()
  }

  take(message: ToWorker): void {
    switch (message.kind) {
      case 'open':
        return this.#admitted.resolve()
      case 'outcomes':
        return this.#writer.take(message.outcomes)
      case 'changed':
        return this.#buckets.changed()
      case 'numbers':
        return void this.#telling?.tell()
      case 'crew':
        this.#serving = message.serving
        return undefined
      case 'question':
        return void this.#answer(message)
      case 'stop':
        return void this.#stop()
      case 'hello':
        return undefined
    }
  }

  async #answer({ id, question }: ToWorker & { readonly kind: 'question' }): Promise<void> {
    if (question.about === 'buckets') {
      this.#buckets.changing()
      send({ kind: 'answer', id, held: [] })
    } else {
      const held = (await this.#holds?.among(question.keys)) ?? []
      send({ kind: 'answer', id, held: [...held] })
    }
  }

  async #begin(): Promise<void> {
    try {
      const { endpoint, port } = await this.#open()
      send({ kind: 'ready', endpoint, port })
    } catch (error) {
      if (!(error instanceof Error)) throw error
      const isOperators = error instanceof ConfigError
      send({ kind: 'unable', message: error.message, isOperators })
      void this.#stop()
    }
  }

  async #open(): Promise<{ readonly endpoint: string; readonly port: number }> {
    const { number, epoch, config, identities } = this.#hello
    const readable = process.stderr.isTTY
    const log = openLog(config.logLevel, { readable, isShared: true, worker: number })
    this.#running.defer(() => log.flush())
    const die = (error: unknown, what: string, code: number): never => {
      log.fatal({ err: error }, what)
      log.flush()
      process.exit(code)
    }
    process.on('uncaughtException', (error) => die(error, 'a defect; the worker ends', 1))
    const onFatal = (error: unknown): never =>
      die(error, 'storage can no longer be trusted; the worker ends', untrusted)
    const { data, durability } = config
    const clock = systemClock
    const chance = systemChance
    const joined = { epoch, clock, writer: this.#writer, buckets: this.#buckets }
    const meters = storeMeters()
    const acceleration = acceleratorFor(config, log)
    const { accelerator } = acceleration
    const stores = this.#running.use(
      await openStores(
        { data, clock, chance, onFatal, durability, meters, accelerator },
        async ({ file }) => joinMetadata({ file, ...joined }),
      ),
    )
    const keys = this.#running.use(openKeys(config.keys, { clock, chance, log }))
    const wrapped = (serve: Serve): Serve =>
      countingWorkers(serve, () => workersField(this.#serving, config.workers))
    const given = { config, data, stores, keys, identities, clock, chance, log, timings, wrapped }
    const front = this.#running.use(await prepareFront({ ...given, acceleration }))
    this.#holds = front.s3.holds
    if (config.admin !== undefined) {
      const tell = (families: readonly Family[]): Promise<void> =>
        sent({ kind: 'numbers', families })
      this.#telling = new Telling({ number, front, meters, clock, log, send: tell })
      this.#running.use(this.#telling)
    }
    send({ kind: 'prepared' })
    await this.#admitted.promise
    const door = this.#running.use(await front.open())
    this.#running.use(soon(front.rehearse))
    return door
  }

  async #stop(): Promise<void> {
    await this.#begun
    await this.#running.disposeAsync()
    await this.#telling?.tell()
    process.exit()
  }
}

function send(message: FromWorker): void {
  void sent(message)
}

/** Resolves when it is on its way. */
async function sent(message: FromWorker): Promise<void> {
  // A channel that is closed is this process' end.
  await new Promise<void>((resolve) => {
    process.send?.(message, undefined, undefined, () => resolve())
  })
}

let life: Life | undefined
process.on('message', (message: ToWorker) => {
  if (message.kind === 'hello') life = new Life(message)
  else life?.take(message)
})
// When the first process is gone the channel closes, and node:cluster ends this one: nothing can be acknowledged any more.
// A terminal and a service manager tell every process of a group; the first one passes it on.
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => undefined)
