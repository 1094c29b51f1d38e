/**
 * The door: node:http or node:https with settings chosen against slow, broken and hostile clients. Everything it accepts
 * becomes an exchange that is handed to `serve`; what never becomes a request is refused here.
 */
import { once } from 'node:events'
import type { IncomingMessage, Server, ServerOptions, ServerResponse } from 'node:http'
import { createServer as createHttps } from 'node:https'
import type { AddressInfo, Socket } from 'node:net'
import { http } from '../base/http.ts'
import { kibibyte } from '../base/limits.ts'
import type { Chance } from '../base/chance.ts'
import type { Clock } from '../base/clock.ts'
import type { Reply } from '../wire/exchange.ts'
import { ArrivingRequest } from './arriving-request.ts'
import { Connections } from './connections.ts'
import { AnswerNames, HttpExchange } from './exchange.ts'
import { ProgressWatch } from './progress.ts'
import { refuseBytes } from './refuse.ts'
import { respond, type Sent } from './respond.ts'
import type { Timings } from './timings.ts'

/** Answers one request by calling `send` once. Must not reject. */
export type Serve = (exchange: HttpExchange, send: (reply: Reply) => Promise<Sent>) => Promise<void>

export interface ListenerOptions {
  readonly host: string
  /** 0 takes any free port. */
  readonly port: number
  readonly tls: { readonly cert: string; readonly key: string } | undefined
  readonly connectionsMax: number
  readonly timings: Timings
  readonly clock: Clock
  readonly chance: Chance
}

/** Connections, as of now. */
export interface DoorCounts {
  readonly open: number
  readonly accepted: number
  /** Closed at once, for too many are open. */
  readonly refused: number
  /** What came on them was not HTTP, or not in time. */
  readonly malformed: number
}

export interface Listener {
  readonly port: number
  readonly counts: DoorCounts
  /** Takes no more connections, lets requests in flight finish for `timings.drainMs`, then cuts what is left. */
  close(): Promise<void>
}

/** Resolves when the port is open. Rejects with what the operating system says, e.g. EADDRINUSE. */
export async function listen(serve: Serve, options: ListenerOptions): Promise<Listener> {
  const server = createServer(options)
  const counts = countConnections(server)
  const connections = new Connections()
  const watch = new ProgressWatch(options.timings)
  const names = new AnswerNames(options.chance)
  const surroundings = { names, clock: options.clock, watch }
  const onRequest = async (
    message: IncomingMessage,
    response: ServerResponse,
    waits: boolean,
  ): Promise<void> => {
    const exchange = new HttpExchange(message, surroundings)
    const connection = connections.enter(exchange, message, response)
    if (waits) exchange.body.onFirstRead(() => response.writeContinue())
    // `using` would ask V8's runtime three times for each request.
    try {
      const turn = connection.turn()
      if (!(typeof turn === 'boolean' ? turn : await turn)) return
      await serve(exchange, (reply) => {
        const { last } = connection
        return respond(reply, { exchange, message, response, timings: options.timings, last })
      })
      if (connection.broken) message.socket.destroySoon()
    } finally {
      connection[Symbol.dispose]()
    }
  }
  const onRequestEvent = (message: IncomingMessage, response: ServerResponse): void => {
    void onRequest(message, response, false)
  }
  server.on('request', onRequestEvent)
  server.on('checkContinue', (message: IncomingMessage, response: ServerResponse) => {
    void onRequest(message, response, true)
  })
  // S3 takes any other expectation for none (ceph/s3-tests says so of AWS), where node:http would answer 417.
  server.on('checkExpectation', onRequestEvent)
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    counts.malformed += 1
    if (!connections.breakOff(socket)) refuseBytes(error, socket, names.next())
  })
  server.listen({ host: options.host, port: options.port, backlog: 1024 })
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    counts,
    close: () => close(server, { connections, watch, timings: options.timings }),
  }
}

function createServer(options: ListenerOptions): Server {
  const settings: ServerOptions = {
    // No time for a whole request: a large upload may be slow. `progress.ts` judges the pace instead.
    requestTimeout: 0,
    headersTimeout: options.timings.headersMs,
    connectionsCheckingInterval: Math.min(1000, options.timings.headersMs),
    keepAliveTimeout: options.timings.keepAliveMs,
    maxHeaderSize: 16 * kibibyte,
    insecureHTTPParser: false,
    // Its absence is refused in form.ts, in S3's words.
    requireHostHeader: false,
    noDelay: true,
    highWaterMark: 256 * kibibyte,
    IncomingMessage: ArrivingRequest,
    // What has neither a length nor an encoding has no body, and its message has ended as it comes.
    optimizeEmptyRequests: true,
  }
  const server =
    options.tls === undefined
      ? http.createServer(settings)
      : createHttps({ ...settings, ...options.tls, handshakeTimeout: options.timings.headersMs })
  // node:http would drop fields beyond its own count in silence; wire/headers.ts counts them and refuses.
  server.maxHeadersCount = 0
  // A client that has ended its side after a whole request still waits for the answer; node:http's types do not know the name.
  Object.assign(server, { httpAllowHalfOpen: true })
  // Of several workers each closes what is too much for it: passed on, it would go round among them. An unknown name, too.
  Object.assign(server, { dropMaxConnection: true })
  server.maxConnections = options.connectionsMax
  return server
}

function countConnections(server: Server): { -readonly [name in keyof DoorCounts]: number } {
  const counts = { open: 0, accepted: 0, refused: 0, malformed: 0 }
  server.on('connection', (socket: Socket) => {
    counts.accepted += 1
    counts.open += 1
    socket.once('close', () => {
      counts.open -= 1
    })
  })
  server.on('drop', () => {
    counts.refused += 1
  })
  return counts
}

interface Closing {
  readonly connections: Connections
  readonly watch: ProgressWatch
  readonly timings: Timings
}

async function close(server: Server, { connections, watch, timings }: Closing): Promise<void> {
  connections.lastRequests()
  const closed = new Promise<void>((resolve) => {
    server.close(() => resolve())
  })
  server.closeIdleConnections()
  const timer = setTimeout(() => {
    connections.abortAll()
    server.closeAllConnections()
  }, timings.drainMs)
  await closed
  clearTimeout(timer)
  watch[Symbol.dispose]()
}
