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
  /** Answers whether the request is to be done at all: not when the connection ended with an earlier answer. */
  readonly turn: Promise<boolean>
  /** The client sent what cannot be understood: nothing more is read from it. */
  readonly broken: boolean
  /** No further request is taken from it. */
  readonly last: boolean
}

interface State {
  broken: boolean
  /** Settles when the request that came last is done. */
  tail: Promise<void>
  waiting: number
  /** With the message that each was read from. */
  readonly open: Map<HttpExchange, IncomingMessage>
}

export class Connections {
  readonly #states = new Map<Duplex, State>()
  #stopping = false

  /** The request counts as open until its response is closed. */
  enter(exchange: HttpExchange, message: IncomingMessage, response: ServerResponse): Connection {
    const state = this.#stateOf(message.socket)
    state.open.set(exchange, message)
    response.once('close', () => {
      if (!response.writableFinished) exchange.abort()
      this.#leave(state, exchange, message.socket)
    })
    const stopping = (): boolean => this.#stopping
    const done = Promise.withResolvers<void>()
    const turn = this.#turn(state, exchange, message)
    state.tail = done.promise
    return {
      turn,
      get broken() {
        return state.broken
      },
      get last() {
        return state.broken || stopping()
      },
      [Symbol.dispose]: done.resolve,
    }
  }

  /** Waits for the requests that came before on the same connection. */
  async #turn(state: State, exchange: HttpExchange, { socket }: IncomingMessage): Promise<boolean> {
    if (state.open.size > 1) {
      state.waiting += 1
      if (state.waiting === waitingMax) socket.pause()
      await state.tail
      state.waiting -= 1
      if (state.waiting === waitingMax / 2) socket.resume()
    }
    if (socket.writable) return true
    // The response was never given its socket, so it will not be closed either.
    this.#leave(state, exchange, socket)
    return false
  }

  #leave(state: State, exchange: HttpExchange, socket: Duplex): void {
    state.open.delete(exchange)
    if (state.open.size === 0) this.#states.delete(socket)
  }

  /** The parser gave up on `socket`: a request still being read fails. False when no request is open on it. */
  breakOff(socket: Duplex): boolean {
    const state = this.#states.get(socket)
    if (state === undefined || socket.destroyed) return false
    state.broken = true
    // What still arrives would count as life of a client that takes nothing of its answer.
    socket.pause()
    for (const [exchange, message] of state.open) {
      if (!message.complete) exchange.body.fail(new S3Error('IncompleteBody'))
    }
    return true
  }

  /** From now on every answer is the last of its connection. */
  lastRequests(): void {
    this.#stopping = true
  }

  abortAll(): void {
    for (const { open } of this.#states.values()) {
      for (const exchange of open.keys()) exchange.abort()
    }
  }

  #stateOf(socket: Duplex): State {
    const known = this.#states.get(socket)
    if (known !== undefined) return known
    const state: State = { broken: false, tail: Promise.resolve(), waiting: 0, open: new Map() }
    this.#states.set(socket, state)
    return state
  }
}
