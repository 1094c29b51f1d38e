/** The calling thread's side of the writer thread: calls go out once a turn of the event loop, and so do the answers. */
import { MessageChannel, receiveMessageOnPort, Worker } from 'node:worker_threads'
import type { MessagePort } from 'node:worker_threads'
import type { Call } from './group.ts'
import type { FromWriter, Outcomes, ToWriter, WriterData, WriterSettings } from './messages.ts'
import { revive } from './messages.ts'
import { pack, transferOf } from './packing.ts'
import type { Answer, Argument, TransactionName, Writer } from './transactions.ts'

interface Waiting {
  readonly resolve: (value: unknown) => void
  readonly reject: (error: Error) => void
}

export interface Opened {
  readonly writer: ThreadWriter
  readonly epoch: number
}

export class ThreadWriter implements Writer {
  readonly #worker: Worker
  readonly #port: MessagePort
  readonly #onFatal: (error: Error) => void
  /** In the order of their calls, which is that of the answers. */
  readonly #waiting: Waiting[] = []
  readonly #opened = Promise.withResolvers<number>()
  readonly #ended = Promise.withResolvers<void>()
  #queue: Call[] = []
  #nextId = 0
  #isOpen = false
  #failure: Error | undefined

  /** Rejects when the file cannot be opened. Later failures go to `onFatal`, once. */
  static async open(settings: WriterSettings, onFatal: (error: Error) => void): Promise<Opened> {
    const writer = new ThreadWriter(settings, onFatal)
    return { writer, epoch: await writer.#opened.promise }
  }

  private constructor(settings: WriterSettings, onFatal: (error: Error) => void) {
    const { port1, port2 } = new MessageChannel()
    this.#onFatal = onFatal
    this.#port = port1
    this.#port.on('message', (message: FromWriter) => this.#take(message))
    const workerData: WriterData = { ...settings, port: port2 }
    this.#worker = new Worker(writerModule(), { workerData, transferList: [port2] })
    this.#worker.on('error', (error: Error) => this.#fail(error))
    this.#worker.on('exit', () => this.#exited())
    // An idle store keeps no process alive; a waiting call does, through its port.
    this.#worker.unref()
  }

  get failure(): Error | undefined {
    return this.#failure
  }

  write<Name extends TransactionName>(name: Name, argument: Argument<Name>): Promise<Answer<Name>> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure)
    const { promise, resolve, reject } = Promise.withResolvers<unknown>()
    const id = this.#nextId++
    if (this.#waiting.length === 0) this.#port.ref()
    this.#waiting.push({ resolve, reject })
    this.#queue.push({ id, name, argument })
    if (this.#queue.length === 1) setImmediate(() => this.#flush())
    return promise as Promise<Answer<Name>>
  }

  /** Calls that were made before it are answered first. */
  async close(): Promise<void> {
    if (this.#failure === undefined) {
      this.#flush()
      this.#send({ kind: 'close' })
      this.#failure = new Error('the metadata store is closed')
    }
    this.#worker.ref()
    await this.#ended.promise
  }

  #flush(): void {
    if (this.#queue.length === 0) return
    const calls = this.#queue
    this.#queue = []
    const packed = pack(calls)
    this.#send({ kind: 'calls', packed }, transferOf(packed))
  }

  #send(message: ToWriter, given: ArrayBuffer[] = []): void {
    this.#port.postMessage(message, given)
  }

  #take(message: FromWriter): void {
    switch (message.kind) {
      case 'opened':
        this.#isOpen = true
        this.#port.unref()
        return this.#opened.resolve(message.epoch)
      case 'outcomes':
        return this.#settle(message)
      case 'failed':
        return this.#fail(revive(message.error))
      case 'closed':
        return undefined
    }
  }

  #settle({ values, errors }: Outcomes): void {
    const waiting = this.#waiting.splice(0, values.length)
    for (const [place, error] of errors) waiting[place]?.reject(revive(error))
    // Of one that was rejected it does nothing.
    for (const [place, value] of values.entries()) waiting[place]?.resolve(value)
    if (this.#waiting.length === 0) this.#port.unref()
  }

  /** Decisions 9 and 21: from here on nothing resolves. */
  #fail(error: Error): void {
    const isFirst = this.#failure === undefined
    this.#failure ??= error
    this.#opened.reject(error)
    for (const waiting of this.#waiting.splice(0)) waiting.reject(error)
    this.#queue = []
    this.#port.close()
    if (isFirst && this.#isOpen) this.#onFatal(error)
  }

  #exited(): void {
    // The thread may be gone before its last words were heard: they say why.
    for (;;) {
      const next: { message: FromWriter } | undefined = receiveMessageOnPort(this.#port)
      if (next === undefined) break
      this.#take(next.message)
    }
    if (this.#failure === undefined || this.#waiting.length > 0) {
      this.#fail(new Error('the metadata writer thread ended'))
    }
    this.#ended.resolve()
  }
}

/** In development this module is TypeScript and so is the writer; in a release both are JavaScript. */
function writerModule(): URL {
  return new URL(import.meta.url.endsWith('.ts') ? './writer.ts' : './writer.js', import.meta.url)
}
