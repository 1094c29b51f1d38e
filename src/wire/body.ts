/**
 * A request's body as the operations see it: framing removed, and proven against its seal while it is read.
 *
 * Bytes are handed on as they arrive, before the proof is complete: whoever keeps them must keep them unseen until the
 * last one came, and forget them when the reading throws. So memory stays flat and nothing forged ever becomes visible.
 */
import { createHash } from 'node:crypto'
import { assert } from '../base/assert.ts'
import { S3Error } from '../model/errors.ts'
import type { Payload } from '../model/payload.ts'
import { decodeChunks } from './chunked.ts'
import type { Exchange, RawBody } from './exchange.ts'
import type { Seal } from './seal.ts'
import { announcedTrailer } from './trailers.ts'

/**
 * Throws what can be known before the first byte: MissingContentLength for aws-chunked without its decoded length,
 * NotImplemented for a hashed body in plain HTTP chunks. Reading throws IncompleteBody, XAmzContentSHA256Mismatch,
 * SignatureDoesNotMatch and MalformedTrailerError.
 */
export function openBody(exchange: Exchange, seal: Seal): Payload {
  const raw = new WholeBody(exchange.body)
  const trailers = new Map<string, string>()
  const trailer = announcedTrailer(exchange.headers, seal)
  if (seal.kind === 'aws-chunked') {
    const lengthBytes = decodedLength(exchange)
    const bytes = decodeChunks(raw, { seal, lengthBytes, announced: trailer, trailers })
    return new OpenedBody({ bytes, lengthBytes, trailers, announcedTrailer: trailer })
  }
  const { lengthBytes, chunked } = exchange.body
  if (seal.kind === 'sha256' && chunked) {
    throw new S3Error('NotImplemented', { Header: 'Transfer-Encoding' })
  }
  const bytes = seal.kind === 'sha256' ? hashed(raw, seal.hex) : raw
  const length = chunked ? undefined : (lengthBytes ?? 0)
  return new OpenedBody({ bytes, lengthBytes: length, trailers, announcedTrailer: undefined })
}

/** For operations whose body is an object's bytes: a request that frames no body at all is refused, not taken for empty. */
export function requireLength({ body }: Pick<Exchange, 'body'>): void {
  if (body.lengthBytes === undefined && !body.chunked) throw new S3Error('MissingContentLength')
}

interface OpenedParts extends Pick<Payload, 'lengthBytes' | 'trailers' | 'announcedTrailer'> {
  readonly bytes: AsyncIterable<Uint8Array>
}

/** A class, for V8 puts a literal whose members are named by symbols together the slow way each time. */
class OpenedBody implements Payload {
  readonly lengthBytes: number | undefined
  readonly trailers: Payload['trailers']
  readonly announcedTrailer: string | undefined
  readonly #bytes: AsyncIterable<Uint8Array>
  #opened = false

  constructor({ bytes, lengthBytes, trailers, announcedTrailer: announced }: OpenedParts) {
    this.lengthBytes = lengthBytes
    this.trailers = trailers
    this.announcedTrailer = announced
    this.#bytes = bytes
  }

  [Symbol.asyncIterator](): AsyncIterator<Uint8Array> {
    assert(!this.#opened, 'a body is read once')
    this.#opened = true
    return this.#bytes[Symbol.asyncIterator]()
  }
}

function decodedLength({ headers }: Exchange): number {
  const text = headers.get('x-amz-decoded-content-length')
  if (text === undefined) throw new S3Error('MissingContentLength')
  const lengthBytes = Number(text)
  if (/^\d{1,16}$/.test(text) && Number.isSafeInteger(lengthBytes)) return lengthBytes
  throw new S3Error('InvalidArgument', {
    ArgumentName: 'x-amz-decoded-content-length',
    ArgumentValue: text,
  })
}

/**
 * A client that goes away ends the stream early; without this, what it sent would pass for all that it meant to send. Steps are
 * handed on by hand: a generator would make three promises of each.
 */
class WholeBody implements AsyncIterableIterator<Uint8Array> {
  readonly #body: RawBody
  #steps: AsyncIterator<Uint8Array> | undefined
  #readBytes = 0

  constructor(body: RawBody) {
    this.#body = body
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  next(): Promise<IteratorResult<Uint8Array>> {
    this.#steps ??= this.#body[Symbol.asyncIterator]()
    return this.#steps.next().then(this.#counted)
  }

  async return(): Promise<IteratorResult<Uint8Array>> {
    await this.#steps?.return?.()
    return { done: true, value: undefined }
  }

  readonly #counted = (step: IteratorResult<Uint8Array>): IteratorResult<Uint8Array> => {
    const { lengthBytes } = this.#body
    if (step.done !== true) this.#readBytes += step.value.length
    else if (lengthBytes !== undefined && this.#readBytes !== lengthBytes) {
      throw new S3Error('IncompleteBody')
    }
    return step
  }
}

async function* hashed(raw: AsyncIterable<Uint8Array>, hex: string): AsyncGenerator<Uint8Array> {
  const hash = createHash('sha256')
  for await (const bytes of raw) {
    hash.update(bytes)
    yield bytes
  }
  const computed = hash.digest('hex')
  if (computed === hex) return
  throw new S3Error('XAmzContentSHA256Mismatch', {
    ClientComputedContentSHA256: hex,
    S3ComputedContentSHA256: computed,
  })
}
