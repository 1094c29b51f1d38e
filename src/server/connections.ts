/** Which requests each connection carries right now, so that a broken or closing connection ends as it should. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { S3Error } from '../model/errors.ts'
import type { HttpExchange } from './exchange.ts'

/** One request's view of its connection. */
export interface Connection {
  /** The client sent what cannot be understood: nothing more is read from it. */
  readonly broken: boolean
  /** No further request is taken from it. */
  readonly last: boolean
}

interface State {
  broken: boolean
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
      state.open.delete(exchange)
      if (state.open.size === 0) this.#states.delete(message.socket)
    })
    const stopping = (): boolean => this.#stopping
    return {
      get broken() {
        return state.broken
      },
      get last() {
        return state.broken || stopping()
      },
    }
  }

  /** The parser gave up on `socket`: a request still being read fails. False when no request is open on it. */
  breakOff(socket: Duplex): boolean {
    const state = this.#states.get(socket)
    if (state === undefined || socket.destroyed) return false
    state.broken = true
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
    const state: State = { broken: false, open: new Map() }
    this.#states.set(socket, state)
    return state
  }
}
