/** What is said on a connection whose bytes never became a request: there is no response object, so the answer is written by hand. */
import type { Duplex } from 'node:stream'
import { http } from '../base/http.ts'
import { S3Error } from '../model/errors.ts'
import { encodeError } from '../wire/error.ts'
import type { Exchange, Reply } from '../wire/exchange.ts'
import { noHeaders } from './exchange.ts'

interface AnswerName {
  readonly id: string
  readonly hostId: string
}

/** Answers what node:http's parser could not read, and ends the connection. */
export function refuseBytes(error: NodeJS.ErrnoException, socket: Duplex, name: AnswerName): void {
  if (!socket.writable || socket.destroyed || isSilent(error, socket)) {
    socket.destroy()
    return
  }
  const reply = encodeError(flawOf(error), unreadExchange(name))
  socket.write(headOf(reply, name), 'latin1')
  socket.end(reply.body instanceof Uint8Array ? reply.body : undefined, () => socket.destroy())
}

/** The client is gone, or said nothing at all: nobody waits for an answer. */
function isSilent(error: NodeJS.ErrnoException, socket: Duplex): boolean {
  if (error.code === 'ECONNRESET' || error.code === 'EPIPE') return true
  return 'bytesRead' in socket && socket.bytesRead === 0
}

function flawOf({ code }: NodeJS.ErrnoException): S3Error {
  if (code === 'HPE_HEADER_OVERFLOW') return new S3Error('RequestHeaderSectionTooLarge')
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return new S3Error('RequestTimeout')
  return new S3Error('BadRequest', {}, 'An error occurred when parsing the HTTP request.')
}

function headOf(reply: Reply, { id, hostId }: AnswerName): string {
  const size = reply.body instanceof Uint8Array ? reply.body.length : 0
  const fields: ReadonlyArray<readonly [string, string]> = [
    ['x-amz-request-id', id],
    ['x-amz-id-2', hostId],
    ['Server', 'Ashlar'],
    ...reply.headers.filter(([name]) => name.toLowerCase() !== 'content-length'),
    ['Content-Length', String(size)],
    ['Connection', 'close'],
  ]
  const lines = fields.map(([field, value]) => `${field}: ${value}\r\n`).join('')
  return `HTTP/1.1 ${reply.status} ${http.STATUS_CODES[reply.status] ?? ''}\r\n${lines}\r\n`
}

function unreadExchange(name: AnswerName): Exchange {
  return {
    ...name,
    arrived: 0,
    method: 'GET',
    target: '',
    headers: noHeaders,
    peer: { address: '', secure: false },
    body: { lengthBytes: undefined, chunked: false, async *[Symbol.asyncIterator]() {} },
    signal: AbortSignal.abort(),
  }
}
