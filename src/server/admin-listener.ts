/**
 * The operators' port: numbers and health, on a listener of its own, so that nothing on the S3 port is a door to them. No S3 is
 * spoken here.
 */
import { once } from 'node:events'
import type { IncomingMessage, Server, ServerOptions, ServerResponse } from 'node:http'
import { createServer as createHttps } from 'node:https'
import type { AddressInfo } from 'node:net'
import { http } from '../base/http.ts'
import { kibibyte } from '../base/limits.ts'
import { isSame } from '../identity/same.ts'
import { contentTypes, expose, formatFor } from '../observe/exposition.ts'
import type { Family } from '../observe/families.ts'
import type { Reply } from '../wire/exchange.ts'
import type { AdminConfig } from './admin-config.ts'
import { liveness, readiness, type Readiness, type WholeReply } from './health.ts'
import type { Timings } from './timings.ts'

/** Scrapers and monitors are few; each may keep its connection. */
const connectionsMax = 64

export interface AdminAnswers {
  readonly collect: () => Promise<readonly Family[]>
  readonly readiness: () => Readiness
  /** Of every answer that is no error. */
  readonly fields: () => Reply['headers']
}

export interface AdminListenerOptions extends AdminConfig {
  readonly tls: { readonly cert: string; readonly key: string } | undefined
  readonly timings: Timings
}

export interface AdminListener {
  readonly port: number
  close(): Promise<void>
}

/** Resolves when the port is open. Rejects with what the operating system says, e.g. EADDRINUSE. */
export async function listenAdmin(
  answers: AdminAnswers,
  options: AdminListenerOptions,
): Promise<AdminListener> {
  const server = createServer(options)
  server.on('request', (message: IncomingMessage, response: ServerResponse) => {
    void respond(message, response, { answers, options })
  })
  server.listen({ host: options.host, port: options.port })
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    close: async () => {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}

function createServer({ tls, timings }: AdminListenerOptions): Server {
  const settings: ServerOptions = {
    requestTimeout: timings.headersMs,
    headersTimeout: timings.headersMs,
    connectionsCheckingInterval: Math.min(1000, timings.headersMs),
    keepAliveTimeout: timings.keepAliveMs,
    maxHeaderSize: 8 * kibibyte,
    insecureHTTPParser: false,
    noDelay: true,
  }
  const server =
    tls === undefined
      ? http.createServer(settings)
      : createHttps({ ...settings, ...tls, handshakeTimeout: timings.headersMs })
  server.maxConnections = connectionsMax
  return server
}

interface Surroundings {
  readonly answers: AdminAnswers
  readonly options: AdminListenerOptions
}

async function respond(
  message: IncomingMessage,
  response: ServerResponse,
  surroundings: Surroundings,
): Promise<void> {
  const { status, headers, body } = await answerTo(message, surroundings)
  const told = status < 400 ? [...headers, ...surroundings.answers.fields()] : headers
  const length = ['Content-Length', String(body.length)]
  response.writeHead(status, [...told.flat(), ...length])
  response.end(body)
}

async function answerTo(
  { method, url = '', headers }: IncomingMessage,
  { answers, options }: Surroundings,
): Promise<WholeReply> {
  if (method !== 'GET' && method !== 'HEAD') {
    return said(405, 'Only GET and HEAD are answered here.', [['Allow', 'GET, HEAD']])
  }
  switch (url.replace(/\?.*/, '')) {
    case '/-/live':
      return liveness()
    case '/-/ready':
      return readiness(answers.readiness())
    case '/metrics':
      if (!isAllowed(headers.authorization, options.token)) {
        return said(401, 'A bearer token is asked for.', [['WWW-Authenticate', 'Bearer']])
      }
      return metrics(headers.accept, answers)
    default:
      return said(404, 'Here are /metrics, /-/live and /-/ready.', [])
  }
}

function isAllowed(authorization: string | undefined, token: string | undefined): boolean {
  if (token === undefined) return true
  const given = /^bearer +(?<token>[^ ]+)$/i.exec(authorization ?? '')?.groups?.['token']
  return given !== undefined && isSame(given, token)
}

async function metrics(accept: string | undefined, answers: AdminAnswers): Promise<WholeReply> {
  const format = formatFor(accept)
  const body = Buffer.from(expose(await answers.collect(), format))
  return { status: 200, headers: [['Content-Type', contentTypes[format]]], body }
}

function said(status: number, sentence: string, headers: Reply['headers']): WholeReply {
  const body = Buffer.from(`${sentence}\n`)
  return { status, headers: [...headers, ['Content-Type', 'text/plain']], body }
}
