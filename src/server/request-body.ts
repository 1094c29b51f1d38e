/**
 * The body of a request as an iterable over node:http's message: it starts on the first read, queues what the socket
 * brings between two reads, and stops the socket when the reader is slower.
 *
 * A chunk is lent to the reader until it asks for the next one, and then its memory is freed at once (base/free.ts).
 *
 * Events instead of the stream's own iterator: a chunk that waits is handed over without a turn of the event loop.
 */
import type { IncomingMessage } from 'node:http'
import { free } from '../base/free.ts'
import { kibibyte } from '../base/limits.ts'
import { S3Error } from '../model/errors.ts'
import type { RawBody } from '../wire/exchange.ts'
import type { ProgressWatch, Window } from './progress.ts'

/** The socket is stopped at this much unread data and goes on below half of it: enough to receive while a disk syncs. */
const queueBytesMax = 512 * kibibyte

interface Waiter {
  resolve(result: IteratorResult<Uint8Array>): void
  reject(reason: unknown): void
}

const done: IteratorResult<Uint8Array> = { done: true, value: undefined }

export class RequestBody implements RawBody, AsyncIterator<Uint8Array> {
  readonly lengthBytes: number | undefined
  readonly chunked: boolean
  /** What came in so far, framing removed. */
  receivedBytes = 0
  readonly #message: IncomingMessage
  readonly #watch: ProgressWatch
  #window: Window | undefined
  #onFirstRead: (() => void) | undefined
  #queue: Uint8Array[] = []
  #queuedBytes = 0
  #paused = false
  #started = false
  #ended = false
  #failure: unknown
  #waiter: Waiter | undefined
  #lent: Uint8Array | undefined

  constructor(message: IncomingMessage, watch: ProgressWatch) {
    const length = message.headers['content-length']
    this.#message = message
    this.#watch = watch
    // node:http has refused whatever is not one plain number.
    this.lengthBytes = length === undefined ? undefined : Number(length)
    this.chunked = message.headers['transfer-encoding'] !== undefined
  }

  /** `act` is called once, when somebody wants the first byte: it sends `100 Continue`. */
  onFirstRead(act: () => void): void {
    this.#onFirstRead = act
  }

  /** The client waits for `100 Continue` and was not told yet: it may send the body, or may not. */
  get awaited(): boolean {
    return this.#onFirstRead !== undefined
  }

  /** Nothing of the message is left to be read from the connection. */
  get finished(): boolean {
    return this.#ended || this.#message.readableEnded || (!this.chunked && !this.lengthBytes)
  }

  /** A reader waits for bytes that the client has not sent. */
  get waiting(): boolean {
    return this.#waiter !== undefined
  }

  [Symbol.asyncIterator](): AsyncIterator<Uint8Array> {
    return this
  }

  next(): Promise<IteratorResult<Uint8Array>> {
    if (!this.#started) this.#start()
    this.#takeBack()
    const chunk = this.#queue.shift()
    if (chunk !== undefined) return Promise.resolve(this.#hand(chunk))
    if (this.#failure !== undefined) return Promise.reject(this.#failure)
    if (this.#ended) return Promise.resolve(done)
    return new Promise((resolve, reject) => {
      this.#waiter = { resolve, reject }
    })
  }

  /** The reader leaves: what is still to come is the connection's matter. */
  return(): Promise<IteratorResult<Uint8Array>> {
    this.#leaveWatch()
    this.#queue = []
    if (!this.#ended) this.#message.pause()
    return Promise.resolve(done)
  }

  /** Ends the reading with `reason`, at once, whatever is still queued. */
  fail(reason: unknown): void {
    if (this.#ended || this.#failure !== undefined) return
    this.#failure = reason
    this.#queue = []
    this.#leaveWatch()
    this.#message.pause()
    const waiter = this.#waiter
    this.#waiter = undefined
    waiter?.reject(reason)
  }

  #start(): void {
    this.#started = true
    const message = this.#message
    if (message.destroyed && !message.readableEnded) return this.fail(new S3Error('IncompleteBody'))
    this.#onFirstRead?.()
    this.#onFirstRead = undefined
    // Without a body it has ended before it began, and no event tells of it.
    this.#ended = message.readableEnded
    if (this.#ended) return
    this.#window = this.#watch.add(this)
    message.on('data', (chunk: Uint8Array) => this.#take(chunk))
    // Each comes once at most, and the message lives no longer: `once` would only cost a wrapper and its removal.
    message.on('end', () => this.#end())
    const lost = (): void => this.#lost()
    message.on('error', lost)
    message.on('close', lost)
  }

  /** Every message closes: an error, with its stack, is made only for one whose body has not ended. */
  #lost(): void {
    if (!this.#ended) this.fail(new S3Error('IncompleteBody'))
  }

  #take(chunk: Uint8Array): void {
    this.receivedBytes += chunk.length
    if (this.#failure !== undefined) return
    const waiter = this.#waiter
    this.#waiter = undefined
    if (waiter !== undefined) {
      this.#lent = chunk
      return waiter.resolve({ done: false, value: chunk })
    }
    this.#queue.push(chunk)
    this.#queuedBytes += chunk.length
    if (this.#queuedBytes < queueBytesMax || this.#paused) return
    this.#paused = true
    this.#message.pause()
  }

  #hand(chunk: Uint8Array): IteratorResult<Uint8Array> {
    this.#lent = chunk
    this.#queuedBytes -= chunk.length
    if (this.#paused && this.#queuedBytes < queueBytesMax / 2) {
      this.#paused = false
      this.#message.resume()
    }
    return { done: false, value: chunk }
  }

  #leaveWatch(): void {
    if (this.#window !== undefined) this.#watch.forget(this.#window)
    this.#window = undefined
  }

  #takeBack(): void {
    if (this.#lent !== undefined) free(this.#lent)
    this.#lent = undefined
  }

  #end(): void {
    if (!this.#message.complete) return this.fail(new S3Error('IncompleteBody'))
    this.#ended = true
    this.#leaveWatch()
    const waiter = this.#waiter
    this.#waiter = undefined
    waiter?.resolve(done)
  }
}
