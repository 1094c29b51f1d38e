/**
 * Patience: an answer that takes long begins before it is known, as S3 does it for CompleteMultipartUpload and the copies:
 * 200, the XML declaration, white space every few seconds, and at the end the result, or `<Error>` in its place. Clients and
 * the proxies between would otherwise take the silence for a dead server. An error that comes early keeps its status.
 */
import { assert } from '../base/assert.ts'
import type { OperationName } from '../model/operations.gen.ts'
import type { Reply } from '../wire/exchange.ts'
import type { Timings } from './timings.ts'

const mayTakeLong: ReadonlySet<OperationName> = new Set([
  'CompleteMultipartUpload',
  'CopyObject',
  'UploadPartCopy',
] as const)

const declaration = '<?xml version="1.0" encoding="UTF-8"?>'

export interface Patience {
  readonly timings: Timings
  /** What an error becomes once it can no longer be thrown. */
  readonly failed: (error: unknown) => Reply
}

/** The reply of `work`, or one that begins at once and ends with it. Rejects with what `work` rejects with in time. */
export function patiently(
  name: OperationName,
  work: Promise<Reply>,
  patience: Patience,
): Promise<Reply> {
  return mayTakeLong.has(name) ? begunInTime(work, patience) : work
}

async function begunInTime(work: Promise<Reply>, { timings, failed }: Patience): Promise<Reply> {
  const first = await before(work, timings.patienceMs)
  if (first !== undefined) return first
  const body = pulses(work.catch(failed), timings)
  return { status: 200, headers: [['Content-Type', 'application/xml']], body }
}

/** `work` never rejects. */
async function* pulses(work: Promise<Reply>, { pulseMs }: Timings): AsyncGenerator<Uint8Array> {
  yield Buffer.from(`${declaration}\n`)
  for (;;) {
    const reply = await before(work, pulseMs)
    if (reply !== undefined) return yield withoutDeclaration(reply)
    yield Buffer.from(' ')
  }
}

/** What `work` gives within `ms`, else undefined. */
async function before(work: Promise<Reply>, ms: number): Promise<Reply | undefined> {
  const waiting = Promise.withResolvers<undefined>()
  const timer = setTimeout(() => waiting.resolve(undefined), ms)
  try {
    return await Promise.race([work, waiting.promise])
  } finally {
    clearTimeout(timer)
  }
}

function withoutDeclaration({ body }: Reply): Uint8Array {
  assert(body instanceof Uint8Array, 'the result of a long operation is a document')
  const text = Buffer.from(body.buffer, body.byteOffset, body.byteLength)
  const end = text.indexOf('?>')
  return text.subarray(text.indexOf('<', end < 0 ? 0 : end))
}
