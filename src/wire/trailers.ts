/** The fields that may follow an aws-chunked body: at most one checksum, announced before the body, and its signature. */
import { S3Error } from '../model/errors.ts'
import type { Headers } from './exchange.ts'
import type { ChunkVerifier, Seal } from './seal.ts'

/** One checksum and one signature fit many times. */
export const trailerBytesMax = 4096

const signatureField = 'x-amz-trailer-signature'

/** The field named by x-amz-trailer, lower case. Throws InvalidRequest where it could not be honoured. */
export function announcedTrailer(headers: Headers, seal: Seal): string | undefined {
  const name = headers.get('x-amz-trailer')?.toLowerCase()
  if (name === undefined) return undefined
  const comes = seal.kind === 'aws-chunked' && seal.trailer
  if (comes && /^x-amz-checksum-[a-z0-9]+$/.test(name)) return name
  throw new S3Error(
    'InvalidRequest',
    {},
    'The value specified in the x-amz-trailer header is not supported',
  )
}

export interface TrailerRules {
  readonly announced: string | undefined
  /** Absent where trailers are not signed. */
  readonly verifier: ChunkVerifier | undefined
}

/**
 * `text` is all that follows the last chunk's header, one char per byte. Lines end in LF or CRLF, and empty ones do not
 * count, because clients close the section in each of the ways that S3's documentation ever showed.
 * Throws MalformedTrailerError, SignatureDoesNotMatch.
 */
export function readTrailers(text: string, rules: TrailerRules): Map<string, string> {
  const fields = readFields(text)
  const signature = fields.get(signatureField)
  fields.delete(signatureField)
  const { announced, verifier } = rules
  const expected = announced === undefined ? [] : [announced]
  if (fields.size !== expected.length || !expected.every((name) => fields.has(name))) {
    throw new S3Error('MalformedTrailerError')
  }
  const mustBeSigned = verifier !== undefined && announced !== undefined
  if (mustBeSigned !== (signature !== undefined)) throw new S3Error('MalformedTrailerError')
  if (signature !== undefined) verifier?.trailer(signature, canonicalTrailers(fields))
  return fields
}

function readFields(text: string): Map<string, string> {
  if (text !== '' && !text.endsWith('\n')) throw new S3Error('MalformedTrailerError')
  const fields = new Map<string, string>()
  for (const line of text.split('\n').map((line) => line.trim())) {
    const colon = line.indexOf(':')
    const name = line.slice(0, Math.max(colon, 0)).trimEnd().toLowerCase()
    if (line === '') continue
    if (name === '' || fields.has(name)) throw new S3Error('MalformedTrailerError')
    fields.set(name, line.slice(colon + 1).trimStart())
  }
  return fields
}

function canonicalTrailers(fields: ReadonlyMap<string, string>): Uint8Array {
  const lines = Array.from(fields, ([name, value]) => `${name}:${value}\n`)
  return Buffer.from(lines.join(''), 'latin1')
}
