/**
 * The workers: begun together, each replaced when it ends, asked together, and ended together. A worker that is killed costs
 * its own requests and nothing else; when they keep ending, the service ends.
 */
import cluster from 'node:cluster'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { HoldKey } from '../../base/holds.ts'
import type { Log } from '../../observe/log.ts'
import type { SharedWriter } from '../../stores/metadata/sql/shared-writer.ts'
import type { Config } from '../config.ts'
import type { Identities } from '../identities.ts'
import { lookMs, Member, type Ending, type Ready } from './member.ts'
import { untrusted, type Hello } from './messages.ts'
import type { WorkerNumbers } from './numbers.ts'

/** In a minute; with one more it is no accident but a defect, which replacing does not mend. */
const deathsMax = 5
const minuteMs = 60_000
/** Before the first replacement; twice as long before each further one of a minute. */
const backOffMs = 100
/** After the drain is over, for closing what is open. */
const closeMs = 3000

/** Workers keep ending. */
export class CrewLost extends Error {
  override readonly name = 'CrewLost'
}

export interface CrewParts {
  readonly config: Config
  readonly identities: Identities
  readonly writer: SharedWriter
  /** Undefined where nobody reads them. */
  readonly numbers: WorkerNumbers | undefined
  readonly log: Log
  /** No worker lives when it is called. */
  readonly onFatal: (error: unknown) => void
  /** How long requests in flight have to finish. */
  readonly drainMs: number
}

export class Crew implements AsyncDisposable {
  /** Epochs of workers that are gone, with everything that they had handed over. */
  readonly ended: Set<number> = new Set()
  readonly #parts: CrewParts
  readonly #members = new Set<Member>()
  readonly #serving = new Set<Member>()
  readonly #looking: NodeJS.Timeout
  /** As the operator said; 0 takes a free one, and that stays the service's: all that live share it. */
  #port: number
  #bound: number | undefined
  /** Of the last minute. */
  #deaths = 0
  /** Of all time. */
  #lostCount = 0
  #isBegun = false
  #isStopping = false

  constructor(parts: CrewParts) {
    this.#parts = parts
    this.#port = parts.config.port
    const name = import.meta.url.endsWith('.ts') ? './worker.ts' : './worker.js'
    cluster.schedulingPolicy = cluster.SCHED_RR
    cluster.setupPrimary({
      exec: fileURLToPath(new URL(name, import.meta.url)),
      args: [],
      serialization: 'advanced',
    })
    this.#looking = setInterval(() => this.#look(), lookMs).unref()
  }

  /** Workers that serve now. */
  get serving(): number {
    return this.#serving.size
  }

  /** Workers that ended and were not told to. */
  get lost(): number {
    return this.#lostCount
  }

  get isStopping(): boolean {
    return this.#isStopping
  }

  /** Resolves when all serve. Throws ConfigError for what the operator can mend. */
  async begin(): Promise<Ready> {
    const { workers } = this.#parts.config
    const numbers = Array.from({ length: workers }, (_, index) => index + 1)
    const members = await Promise.all(numbers.map((number) => this.#add(number)))
    const [ready] = await Promise.all(members.map(async (member) => member?.ready))
    this.#isBegun = true
    if (ready === undefined) throw new Error('the workers were ended before they served')
    return ready
  }

  /** Those of `keys` that some worker holds. One that cannot answer is ended, and holds nothing then. */
  async among(keys: readonly HoldKey[]): Promise<ReadonlySet<HoldKey>> {
    if (keys.length === 0) return new Set()
    const held = await Promise.all(Array.from(this.#members, (member) => member.among(keys)))
    return new Set(held.flat())
  }

  /** At once: nothing is acknowledged any more. */
  kill(): void {
    this.#isStopping = true
    for (const member of this.#members) member.kill()
  }

  /** Requests in flight finish first. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#isStopping = true
    for (const member of this.#members) member.stop()
    const late = setTimeout(() => {
      this.#parts.log.error({}, 'workers that did not end in time are ended')
      this.kill()
    }, this.#parts.drainMs + closeMs)
    await Promise.all(Array.from(this.#members, (member) => member.gone))
    clearTimeout(late)
    clearInterval(this.#looking)
  }

  /** Undefined when the crew is being ended meanwhile. */
  async #add(number: number): Promise<Member | undefined> {
    const { config, identities, writer, numbers, log } = this.#parts
    const epoch = await writer.write('takeEpoch', undefined)
    if (this.#isStopping) return undefined
    // node:cluster shares a port by the number that was asked for, as long as somebody listens to it.
    const isShared = [...this.#members].some(({ isAlive }) => isAlive)
    if (!isShared) this.#port = this.#bound ?? this.#port
    const asked = { ...config, port: this.#port }
    const hello: Hello = { kind: 'hello', number, epoch, config: asked, identities }
    const member = new Member({ worker: cluster.fork(), hello, writer, numbers })
    this.#members.add(member)
    void member.exited.then(({ code }) => {
      if (code === untrusted) this.#fail(new Error(`worker ${number} said so; its log tells why`))
    })
    void member.gone.then((ending) => this.#lost(member, ending))
    member.ready.then(
      (ready) => this.#arrived(member, ready),
      (error: unknown) => {
        // Of those that begin together whoever waits for them is told.
        if (this.#isBegun) log.error({ worker: number, err: error }, 'a worker cannot serve')
      },
    )
    return member
  }

  #arrived(member: Member, { port }: Ready): void {
    this.#bound = port
    this.#serving.add(member)
    this.#tellServing()
    this.#parts.log.info({ worker: member.number }, 'a worker serves')
  }

  #lost(member: Member, { code, signal }: Ending): void {
    const { log } = this.#parts
    this.#members.delete(member)
    this.#serving.delete(member)
    this.ended.add(member.epoch)
    this.#tellServing()
    if (this.#isStopping) return
    log.warn({ worker: member.number, code, signal }, 'a worker ended and is replaced')
    this.#deaths += 1
    this.#lostCount += 1
    setTimeout(() => (this.#deaths -= 1), minuteMs).unref()
    if (this.#deaths > deathsMax) {
      this.#fail(new CrewLost(`${this.#deaths} workers ended within a minute`))
    } else {
      void this.#replace(member.number)
    }
  }

  async #replace(number: number): Promise<void> {
    await sleep(backOffMs * 2 ** (this.#deaths - 1))
    try {
      if (!this.#isStopping) await this.#add(number)
    } catch (error) {
      if (!this.#isStopping) this.#fail(error)
    }
  }

  #fail(error: unknown): void {
    this.kill()
    this.#parts.onFatal(error)
  }

  #tellServing(): void {
    for (const member of this.#members) member.tellServing(this.#serving.size)
  }

  #look(): void {
    for (const member of this.#members) {
      if (member.isAnswering()) continue
      this.#parts.log.error({ worker: member.number }, 'a worker does not answer and is ended')
      member.kill()
    }
  }
}
