/** A reply on its way out: head, body at the client's pace, and what becomes of the connection afterwards. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { free } from '../base/free.ts'
import { kibibyte } from '../base/limits.ts'
import type { Reply } from '../wire/exchange.ts'
import type { HttpExchange } from './exchange.ts'
import { linger } from './linger.ts'
import { watchPace } from './pace.ts'
import type { Timings } from './timings.ts'

/** What became of a reply. */
export interface Sent {
  readonly bodyBytes: number
  /** Present when the client did not get all of it; the reason is absent when the client itself left. */
  readonly cut?: { readonly reason?: unknown }
}

export interface Line {
  readonly exchange: HttpExchange
  readonly message: IncomingMessage
  readonly response: ServerResponse
  readonly timings: Timings
  /** The connection must end with this answer: the server stops, or what the client sends can no longer be understood. */
  readonly last: boolean
}

/** An unread body up to this size is read and thrown away rather than paid for with a new connection. */
const drainBytesMax = 64 * kibibyte

class ClientGone extends Error {
  override readonly name = 'ClientGone'
}

/** Sends `reply`. Never rejects: once the head is out, only a broken connection can say that something went wrong. */
export async function respond(reply: Reply, line: Line): Promise<Sent> {
  const { response } = line
  const ending = endingOf(reply, line)
  const meter: Meter = { bodyBytes: bytesOf(reply.body) ?? 0 }
  try {
    writeHead(reply, line, ending === 'close' || line.last)
    if (isStream(reply.body)) await writeStream(reply.body, line, meter)
    checkLength(reply, line, meter)
    await end(reply, line, ending)
    return { bodyBytes: meter.bodyBytes }
  } catch (reason) {
    response.destroy()
    await leave(reply.body)
    if (!isStream(reply.body)) meter.bodyBytes = 0
    const cut = reason instanceof ClientGone ? {} : { reason }
    return { bodyBytes: meter.bodyBytes, cut }
  } finally {
    // Sent, or never to be sent: with its connection, what waited to be written is gone.
    if (reply.body instanceof Uint8Array) free(reply.body)
  }
}

/**
 * - `keep`: the request was read to its end;
 * - `drain`: little is left unread, so it is read and the connection stays;
 * - `close`: much is left, or nobody knows how much, or the client may not send it at all.
 */
type Ending = 'keep' | 'drain' | 'close'

function endingOf(reply: Reply, { exchange }: Line): Ending {
  const { body } = exchange
  if (body.finished) return 'keep'
  const left = body.chunked ? Infinity : (body.lengthBytes ?? 0) - body.receivedBytes
  return reply.close === true || body.awaited || left > drainBytesMax ? 'close' : 'drain'
}

function writeHead(reply: Reply, { exchange, response }: Line, close: boolean): void {
  const fields = ['x-amz-request-id', exchange.id, 'x-amz-id-2', exchange.hostId]
  fields.push('Server', 'Ashlar')
  for (const [name, value] of reply.headers) fields.push(name, value)
  fields.push(...lengthOf(reply, exchange))
  if (close) fields.push('Connection', 'close')
  response.writeHead(reply.status, fields)
}

/** A body of bytes has a length; no body is a length of 0, but where HTTP says that there is none (RFC 9110, 8.6). */
function lengthOf(reply: Reply, exchange: HttpExchange): readonly string[] {
  if (reply.status === 204 || reply.status === 304) return []
  if (declaredLength(reply) !== undefined || isStream(reply.body)) return []
  const sizeBytes = bytesOf(reply.body)
  if (sizeBytes === undefined && exchange.method === 'HEAD') return []
  return ['Content-Length', String(sizeBytes ?? 0)]
}

const lengthField = 'content-length'

function declaredLength(reply: Reply): number | undefined {
  for (const [name, value] of reply.headers) {
    if (name.length === lengthField.length && name.toLowerCase() === lengthField)
      return Number(value)
  }
  return undefined
}

interface Meter {
  bodyBytes: number
}

async function writeStream(
  body: AsyncIterable<Uint8Array>,
  line: Line,
  meter: Meter,
): Promise<void> {
  for await (const chunk of body) {
    meter.bodyBytes += chunk.length
    const flushed = line.response.write(chunk, () => free(chunk))
    if (!flushed) await drained(line)
  }
}

/** A stream that ends early must not look like a whole answer. */
function checkLength(reply: Reply, { exchange }: Line, meter: Meter): void {
  const declared = isStream(reply.body) ? declaredLength(reply) : undefined
  if (declared === undefined || declared === meter.bodyBytes || exchange.method === 'HEAD') return
  throw new Error(`the body has ${meter.bodyBytes} bytes where ${declared} were promised`)
}

async function end(reply: Reply, line: Line, ending: Ending): Promise<void> {
  const { message, response, timings } = line
  const bytes = isStream(reply.body) ? undefined : reply.body
  if (ending === 'close') {
    // The answer goes out whole now; `end` comes later, for node:http closes the connection with it.
    if (bytes === undefined) response.flushHeaders()
    else response.write(bytes)
    await linger(message, timings.lingerMs)
    response.end()
  } else {
    response.end(bytes)
  }
  await finished(line)
  if (ending === 'drain' && !(await linger(message, timings.lingerMs))) message.socket.destroy()
}

/** Resolves when the socket takes more. */
async function drained(line: Line): Promise<void> {
  const { message, response } = line
  if (response.destroyed) throw new ClientGone()
  using _pace = watchPace(line)
  await new Promise<void>((resolve, reject) => {
    const onClose = (): void => reject(new ClientGone())
    response.once('close', onClose)
    response.once('drain', () => {
      response.off('close', onClose)
      resolve()
    })
  })
  message.socket.setTimeout(0)
}

/** Resolves when the whole answer was handed to the operating system. */
async function finished(line: Line): Promise<void> {
  const { response } = line
  if (response.writableFinished) return
  if (response.destroyed) throw new ClientGone()
  // Most answers went out at once, and are only not told of yet. `using` would ask V8's runtime for each of them.
  const pace = response.writableLength > 0 ? watchPace(line) : undefined
  await new Promise<void>((resolve) => {
    response.on('close', resolve)
  })
  pace?.[Symbol.dispose]()
  if (!response.writableFinished) throw new ClientGone()
}

/** Whatever the stream holds is let go, also when it was never begun. */
async function leave(body: Reply['body']): Promise<void> {
  if (isStream(body)) await body[Symbol.asyncIterator]().return?.()
}

function isStream(body: Reply['body']): body is AsyncIterable<Uint8Array> {
  return body !== undefined && !(body instanceof Uint8Array)
}

function bytesOf(body: Reply['body']): number | undefined {
  return body instanceof Uint8Array ? body.length : undefined
}
