/** A request of node:http as the rest of the program sees it. */
import type { IncomingMessage } from 'node:http'
import type { Chance } from '../base/chance.ts'
import type { Clock, Instant } from '../base/clock.ts'
import type { Exchange, Headers, Peer } from '../wire/exchange.ts'
import { readHeaders } from '../wire/headers.ts'
import type { ProgressWatch } from './progress.ts'
import { RequestBody } from './request-body.ts'

const namesAtOnce = 256

/** The names that every answer bears: the request's, and one that also says which process answered. */
export class AnswerNames {
  readonly #chance: Chance
  /** 8 bytes of the request, 34 of the process: together 56 characters of base64. */
  readonly #hostId: Buffer
  /** Chance is drawn for many requests at once: asking for it costs more than using it. */
  #drawn: Uint8Array = new Uint8Array(0)
  #used = 0

  constructor(chance: Chance) {
    this.#chance = chance
    this.#hostId = Buffer.from(chance.bytes(8 + 34))
  }

  next(): { readonly id: string; readonly hostId: string } {
    if (this.#used === this.#drawn.length) {
      this.#drawn = this.#chance.bytes(8 * namesAtOnce)
      this.#used = 0
    }
    this.#hostId.set(this.#drawn.subarray(this.#used, this.#used + 8))
    this.#used += 8
    const id = this.#hostId.toString('hex', 0, 8).toUpperCase()
    return { id, hostId: this.#hostId.toString('base64') }
  }
}

export interface Surroundings {
  readonly names: AnswerNames
  readonly clock: Clock
  readonly watch: ProgressWatch
}

export const noHeaders: Headers = { get: () => undefined, all: () => [], names: () => [] }

export class HttpExchange implements Exchange {
  readonly id: string
  readonly hostId: string
  readonly arrived: Instant
  readonly method: string
  readonly target: string
  readonly httpVersion: string
  readonly peer: Peer
  readonly body: RequestBody
  /** None before `readHead`. */
  headers: Headers = noHeaders
  readonly #rawHeaders: readonly string[]
  /** Made when somebody asks: most requests are over before anyone wants to know. */
  #gone: AbortController | undefined
  #isGone = false

  constructor(message: IncomingMessage, { names, clock, watch }: Surroundings) {
    const { id, hostId } = names.next()
    this.id = id
    this.hostId = hostId
    this.arrived = clock.now()
    this.method = message.method ?? ''
    this.target = message.url ?? ''
    this.httpVersion = message.httpVersion
    this.#rawHeaders = message.rawHeaders
    this.peer = peerOf(message)
    this.body = new RequestBody(message, watch)
  }

  get signal(): AbortSignal {
    this.#gone ??= new AbortController()
    if (this.#isGone) this.#gone.abort()
    return this.#gone.signal
  }

  /** Size of the header section as it came: names, values, and the four bytes around each pair. */
  get headBytes(): number {
    let bytes = 2 * this.#rawHeaders.length
    for (const text of this.#rawHeaders) bytes += text.length
    return bytes
  }

  /** Fills `headers`. Throws what makes the header section ambiguous: InvalidRequest, InvalidArgument. */
  readHead(): void {
    this.headers = readHeaders(this.#rawHeaders)
  }

  /** The client is gone, or the server stops. */
  abort(): void {
    this.#isGone = true
    this.#gone?.abort()
  }
}

function peerOf(message: IncomingMessage): Peer {
  return { address: message.socket.remoteAddress ?? '', secure: 'encrypted' in message.socket }
}
