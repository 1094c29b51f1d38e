/** One worker as the first process knows it: what it is told and asked, and the transactions that it hands over. */
import type { Worker } from 'node:cluster'
import type { HoldKey } from '../../base/holds.ts'
import type { Call } from '../../stores/metadata/sql/group.ts'
import { describe } from '../../stores/metadata/sql/messages.ts'
import type { Answered } from '../../stores/metadata/sql/remote-writer.ts'
import type { BucketKeeper, SharedWriter } from '../../stores/metadata/sql/shared-writer.ts'
import { ConfigError } from '../config-error.ts'
import { closeWhenLost } from './handed-over.ts'
import { processOf, type FromWorker, type Hello, type Question, type ToWorker } from './messages.ts'
import type { Teller, WorkerNumbers } from './numbers.ts'

/** So often it is looked whether a question waits too long; a first process that stood still itself has not looked. */
export const lookMs = 1000
/** Looks that a question may wait for its answer: longer than any pause of a worker that lives, on a machine that is short of all. */
const looksMax = 20

export interface Ready {
  readonly endpoint: string
  readonly port: number
}

export interface Ending {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

interface Asked {
  readonly resolve: (held: readonly HoldKey[]) => void
  looks: number
}

export interface MemberParts {
  readonly worker: Worker
  readonly hello: Hello
  readonly writer: SharedWriter
  /** Undefined where nobody reads them. */
  readonly numbers: WorkerNumbers | undefined
}

export class Member implements BucketKeeper {
  readonly number: number
  readonly epoch: number
  /** Rejects when it cannot serve, or ends before it does. */
  readonly ready: Promise<Ready>
  readonly exited: Promise<Ending>
  /** Its process is gone, and so is everything that it had handed over: nothing of it is written any more. */
  readonly gone: Promise<Ending>
  readonly #worker: Worker
  readonly #writer: SharedWriter
  readonly #numbers: WorkerNumbers | undefined
  #teller: Teller | undefined
  readonly #begun = Promise.withResolvers<Ready>()
  readonly #questions = new Map<number, Asked>()
  #nextId = 0
  /** From when it may hold and remember something until its process is gone. */
  #isAsked = false
  #leave: () => void = () => undefined
  /** Transactions under way. */
  #underWay = 0
  #settled: (() => void) | undefined
  #outbox: Answered[] = []

  constructor({ worker, hello, writer, numbers }: MemberParts) {
    this.number = hello.number
    this.epoch = hello.epoch
    this.#worker = worker
    this.#writer = writer
    this.#numbers = numbers
    this.ready = this.#begun.promise
    // Whoever waits for it hears it; a replacement has nobody who waits.
    this.ready.catch(() => undefined)
    worker.on('message', (message: FromWorker) => this.#take(message))
    this.exited = exitOf(worker)
    closeWhenLost(worker)
    this.#send(hello)
    this.gone = this.#end()
  }

  get isAlive(): boolean {
    return !this.#worker.isDead()
  }

  async changing(): Promise<void> {
    await this.#ask({ about: 'buckets' })
  }

  changed(): void {
    this.#send({ kind: 'changed' })
  }

  /** Those of `keys` that it holds; a worker that ended holds nothing. */
  async among(keys: readonly HoldKey[]): Promise<readonly HoldKey[]> {
    return this.#ask({ about: 'holds', keys })
  }

  tellServing(serving: number): void {
    this.#send({ kind: 'crew', serving })
  }

  stop(): void {
    this.#send({ kind: 'stop' })
  }

  /** At once: nothing more leaves it. */
  kill(): void {
    this.#worker.process.kill('SIGKILL')
  }

  /** Called every `lookMs`. False when a question has waited too long. */
  isAnswering(): boolean {
    for (const asked of this.#questions.values()) asked.looks += 1
    return [...this.#questions.values()].every(({ looks }) => looks <= looksMax)
  }

  #send(message: ToWorker): void {
    // A channel that is closed is the worker's end, of which `gone` tells.
    this.#worker.send(message, () => undefined)
  }

  #take(message: FromWorker): void {
    switch (message.kind) {
      case 'prepared':
        return this.#admit()
      case 'ready':
        return this.#begun.resolve(message)
      case 'unable':
        return this.#begun.reject(
          message.isOperators ? new ConfigError(message.message) : new Error(message.message),
        )
      case 'calls':
        for (const call of message.calls) void this.#perform(call)
        return undefined
      case 'answer':
        this.#questions.get(message.id)?.resolve(message.held)
        this.#questions.delete(message.id)
        return undefined
      case 'numbers':
        return this.#teller?.take(message.families)
    }
  }

  #admit(): void {
    if (!this.isAlive) return
    this.#isAsked = true
    this.#leave = this.#writer.join(this)
    const ask = (): void => this.#send({ kind: 'numbers' })
    this.#teller = this.#numbers?.join({ process: processOf(this.number), ask })
    this.#send({ kind: 'open' })
  }

  async #perform(call: Call): Promise<void> {
    this.#underWay += 1
    const outcome = await this.#outcomeOf(call)
    this.#underWay -= 1
    if (this.#underWay === 0) this.#settled?.()
    // After a failure of the engine nobody is told anything: it is not known what became of the call.
    if (this.#writer.failure !== undefined) return
    this.#outbox.push(outcome)
    if (this.#outbox.length === 1) setImmediate(() => this.#flush())
  }

  async #outcomeOf({ id, name, argument }: Call): Promise<Answered> {
    try {
      return { id, value: await this.#writer.write(name, argument as never) }
    } catch (error) {
      return { id, error: describe(error) }
    }
  }

  #flush(): void {
    const outcomes = this.#outbox
    this.#outbox = []
    this.#send({ kind: 'outcomes', outcomes })
  }

  async #ask(question: Question): Promise<readonly HoldKey[]> {
    if (!this.#isAsked) return []
    const { promise, resolve } = Promise.withResolvers<readonly HoldKey[]>()
    const id = this.#nextId++
    this.#questions.set(id, { resolve, looks: 0 })
    this.#send({ kind: 'question', id, question })
    return promise
  }

  async #end(): Promise<Ending> {
    const closed = closing(this.#worker)
    const ending = await this.exited
    this.#isAsked = false
    this.#leave()
    for (const { resolve } of this.#questions.values()) resolve([])
    this.#questions.clear()
    await closed
    if (this.#teller !== undefined) this.#numbers?.leave(this.#teller)
    this.#begun.reject(new Error(`worker ${this.number} ended before it served`))
    if (this.#underWay > 0) await new Promise<void>((resolve) => (this.#settled = resolve))
    return ending
  }
}

/**
 * Resolves when the process is gone and its channel is read to its end: what it had sent before it died has been taken by then.
 * Where a connection was on its way to it, node:child_process waits for its thanks for ever and never says `disconnect`, upon which
 * node:cluster forgets a worker; so it is said here.
 */
async function closing({ process }: Worker): Promise<void> {
  let isDisconnected = false
  process.once('disconnect', () => {
    isDisconnected = true
  })
  await new Promise<void>((resolve) => {
    process.once('close', () => resolve())
  })
  if (!isDisconnected) process.emit('disconnect')
}

async function exitOf({ process }: Worker): Promise<Ending> {
  // What cannot be sent to it any more, a connection for instance: its end tells enough.
  process.on('error', () => undefined)
  return new Promise((resolve) => {
    process.once('exit', (code, signal) => resolve({ code, signal }))
  })
}
