/**
 * Which requests each connection carries right now, so that a broken or closing connection ends as it should, and so that
 * requests that were sent without waiting for answers (pipelined) are done one after the other, in the order in which they came.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { S3Error } from '../model/errors.ts'
import type { HttpExchange } from './exchange.ts'

/**
 * So many requests of one connection may wait for their turn; then its socket is not read until half of them are through.
 * A client that pipelines sends a handful; a thousand would hold a thousand header sections in memory.
 */
const waitingMax = 32

/** One request's view of its connection. Disposed, it lets the next request have its turn. */
export interface Connection extends Disposable {
  /**
   * Answers whether the request is to be done at all: not when the connection ended with an earlier answer. A promise only
   * where it has to wait. To be asked once.
   */
  turn(): boolean | Promise<boolean>
  /** The client sent what cannot be understood: nothing more is read from it. */
  readonly broken: boolean
  /** No further request is taken from it. */
  readonly last: boolean
}

interface State {
  broken: boolean
  waiting: number
  /** In the order in which they came. */
  readonly open: Entered[]
}

/** What concerns every connection. */
interface Server {
  stopping: boolean
}

export class Connections {
  /** Of every socket that has carried a request, as long as it is open. */
  readonly #states = new Map<Duplex, State>()
  readonly #server: Server = { stopping: false }

  /** The request counts as open until its response is closed. */
  enter(exchange: HttpExchange, message: IncomingMessage, response: ServerResponse): Connection {
    const state = this.#stateOf(message.socket)
    const entered = new Entered({ exchange, message, state, server: this.#server })
    response.on('close', () => {
      if (!response.writableFinished) exchange.abort()
      entered.leave()
    })
    return entered
  }

  /** The parser gave up on `socket`: a request still being read fails. False when no request is open on it. */
  breakOff(socket: Duplex): boolean {
    const state = this.#states.get(socket)
    if (state === undefined || state.open.length === 0 || socket.destroyed) return false
    state.broken = true
    // What still arrives would count as life of a client that takes nothing of its answer.
    socket.pause()
    for (const { exchange, message } of state.open) {
      if (!message.complete) exchange.body.fail(new S3Error('IncompleteBody'))
    }
    return true
  }

  /** From now on every answer is the last of its connection. */
  lastRequests(): void {
    this.#server.stopping = true
  }

  abortAll(): void {
    for (const { open } of this.#states.values()) {
      for (const { exchange } of open) exchange.abort()
    }
  }

  #stateOf(socket: Duplex): State {
    const known = this.#states.get(socket)
    if (known !== undefined) return known
    const state: State = { broken: false, waiting: 0, open: [] }
    this.#states.set(socket, state)
    socket.once('close', () => this.#states.delete(socket))
    return state
  }
}

interface EnteredParts {
  readonly exchange: HttpExchange
  readonly message: IncomingMessage
  readonly state: State
  readonly server: Server
}

/**
 * A class, for a literal with getters is a new hidden class of V8's each time: those, and whatever their getters see, stay
 * until the whole heap is collected.
 */
class Entered implements Connection {
  readonly exchange: HttpExchange
  readonly message: IncomingMessage
  readonly #state: State
  readonly #server: Server
  /** The request that has to be done first. */
  #before: Entered | undefined
  #isDone = false
  #onDone: (() => void) | undefined

  constructor({ exchange, message, state, server }: EnteredParts) {
    this.exchange = exchange
    this.message = message
    this.#state = state
    this.#server = server
    this.#before = state.open.at(-1)
    state.open.push(this)
  }

  get broken(): boolean {
    return this.#state.broken
  }

  get last(): boolean {
    return this.#state.broken || this.#server.stopping
  }

  turn(): boolean | Promise<boolean> {
    const before = this.#before
    this.#before = undefined
    return before === undefined || before.#isDone ? this.#begin() : this.#after(before)
  }

  [Symbol.dispose](): void {
    this.#isDone = true
    this.#onDone?.()
  }

  /** Its response is closed. */
  leave(): void {
    const { open } = this.#state
    const at = open.indexOf(this)
    if (at >= 0) open.splice(at, 1)
  }

  #begin(): boolean {
    if (this.message.socket.writable) return true
    // The response was never given its socket, so it will not be closed either.
    this.leave()
    return false
  }

  /** Nobody else waits for `before`: there is one request behind each. */
  async #after(before: Entered): Promise<boolean> {
    const state = this.#state
    const { socket } = this.message
    state.waiting += 1
    if (state.waiting === waitingMax) socket.pause()
    await new Promise<void>((resolve) => {
      before.#onDone = resolve
    })
    state.waiting -= 1
    if (state.waiting === waitingMax / 2) socket.resume()
    return this.#begin()
  }
}
