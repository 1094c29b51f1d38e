/**
 * What a client says of the bytes that it sends: Content-MD5 and at most one checksum, up front or as a trailer.
 *
 * Only members that came as headers get here: S3 ignores x-amz-checksum-* in a presigned query, and the model's table
 * binds these members to headers alone. Syntax is judged before the body is read, values when the last byte has come.
 */
import { S3Error } from '../model/errors.ts'
import type { Payload } from '../model/payload.ts'
import type { Headers } from '../wire/exchange.ts'
import {
  checksumAlgorithm,
  checksumAlgorithms,
  digestBytes,
  type ChecksumAlgorithm,
} from './checksums/algorithms.ts'
import { checksumOf } from './checksums/hashers.ts'

export interface DeclaredDigests {
  /** From Content-MD5: 16 bytes. */
  readonly md5: Uint8Array | undefined
  /** From an x-amz-checksum-* header. */
  readonly checksum:
    | { readonly algorithm: ChecksumAlgorithm; readonly value: Uint8Array }
    | undefined
  /** The checksum comes as a trailer, under `name`. */
  readonly trailer: { readonly algorithm: ChecksumAlgorithm; readonly name: string } | undefined
  /** How BadDigest shows Content-MD5: S3 answers UploadPart in base64, as sent, and PutObject in hex. */
  readonly md5Shown: 'base64' | 'hex'
}

/** The members of S3's inputs that speak of digests. */
export type DigestMembers = {
  readonly [Member in `Checksum${ChecksumAlgorithm}`]?: string | undefined
} & {
  readonly ContentMD5?: string | undefined
  /** x-amz-sdk-checksum-algorithm: announces the one checksum that follows, and is held to it. */
  readonly ChecksumAlgorithm?: string | undefined
}

/** Throws InvalidDigest and InvalidRequest: malformed values, several checksums, an algorithm announced without a value. */
export function declaredDigests(
  input: DigestMembers,
  body: Pick<Payload, 'announcedTrailer'>,
  md5Shown: 'base64' | 'hex' = 'base64',
): DeclaredDigests {
  const md5 = declaredMd5(input.ContentMD5)
  const sent = sentChecksums(input)
  const trailer = declaredTrailer(body.announcedTrailer)
  if (sent.length + (trailer === undefined ? 0 : 1) > 1) throw invalid(severalChecksums)
  const [first] = sent
  checkAnnounced(input.ChecksumAlgorithm, first?.algorithm ?? trailer?.algorithm)
  const checksum = first && {
    algorithm: first.algorithm,
    value: headerValue(first.algorithm, first.text),
  }
  return { md5, checksum, trailer, md5Shown }
}

/** Their names, put together once: a name that is made for each request has to be looked up among all names first. */
const checksumMembers = checksumAlgorithms.map(
  (algorithm) => [algorithm, `Checksum${algorithm}`] as const,
)

interface SentChecksum {
  readonly algorithm: ChecksumAlgorithm
  readonly text: string
}

function sentChecksums(input: DigestMembers): readonly SentChecksum[] {
  const sent: SentChecksum[] = []
  for (const [algorithm, member] of checksumMembers) {
    const text = input[member]
    if (text !== undefined) sent.push({ algorithm, text })
  }
  return sent
}

/** The value that came as a trailer. Throws MalformedTrailerError without it, InvalidRequest when it is no such checksum. */
export function trailerValue(
  trailer: NonNullable<DeclaredDigests['trailer']>,
  trailers: ReadonlyMap<string, string>,
): Uint8Array {
  const text = trailers.get(trailer.name)
  if (text === undefined) throw new S3Error('MalformedTrailerError')
  const value = base64(text, digestBytes[trailer.algorithm])
  if (value === undefined) throw invalid(`Value for ${trailer.name} trailing header is invalid.`)
  return value
}

/** Holds a checksum against what was computed. Throws BadDigest. */
export function checkChecksum(
  algorithm: ChecksumAlgorithm,
  sent: Uint8Array,
  computed: Uint8Array,
): void {
  if (Buffer.compare(sent, computed) === 0) return
  const sentence = `The ${algorithm} you specified did not match the calculated checksum.`
  throw new S3Error('BadDigest', {}, sentence)
}

/** Holds Content-MD5, if there was one, against what was computed. Throws BadDigest. */
export function checkMd5({ md5, md5Shown }: DeclaredDigests, computed: Uint8Array): void {
  if (md5 === undefined || Buffer.compare(md5, computed) === 0) return
  throw new S3Error(
    'BadDigest',
    {
      ExpectedDigest: Buffer.from(md5).toString(md5Shown),
      CalculatedDigest: Buffer.from(computed).toString('base64'),
    },
    'The Content-MD5 you specified did not match what we received.',
  )
}

export interface SealedDocument {
  readonly headers: Headers
  readonly body: Pick<Payload, 'announcedTrailer' | 'trailers'>
  /** The whole body. */
  readonly bytes: Uint8Array
  /** The operation wants a digest (the model's httpChecksumRequired). */
  readonly required: boolean
}

/** The same for an XML body, which is read whole. Throws InvalidDigest, InvalidRequest, MalformedTrailerError, BadDigest. */
export function verifyDocument({ headers, body, bytes, required }: SealedDocument): void {
  const declared = declaredDigests(digestMembers(headers), body)
  const { checksum, trailer } = declared
  if (required && declared.md5 === undefined && checksum === undefined && trailer === undefined) {
    throw invalid('Missing required header for this request: Content-MD5 OR x-amz-checksum-*')
  }
  if (checksum !== undefined) {
    checkChecksum(checksum.algorithm, checksum.value, checksumOf(checksum.algorithm, bytes))
  }
  if (trailer !== undefined) {
    const value = trailerValue(trailer, body.trailers)
    checkChecksum(trailer.algorithm, value, checksumOf(trailer.algorithm, bytes))
  }
  if (declared.md5 !== undefined) checkMd5(declared, checksumOf('MD5', bytes))
}

const severalChecksums =
  'Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.'
const announcedAlone =
  'x-amz-sdk-checksum-algorithm specified, but no corresponding x-amz-checksum-* or x-amz-trailer headers were found.'

function declaredMd5(text: string | undefined): Uint8Array | undefined {
  if (text === undefined) return undefined
  const md5 = base64(text, digestBytes.MD5)
  if (md5 === undefined) throw new S3Error('InvalidDigest', { 'Content-MD5': text })
  return md5
}

function declaredTrailer(name: string | undefined): DeclaredDigests['trailer'] {
  if (name === undefined) return undefined
  const algorithm = checksumAlgorithm(name.replace(/^x-amz-checksum-/, ''))
  if (algorithm === undefined || !name.startsWith('x-amz-checksum-')) {
    throw invalid('The value specified in the x-amz-trailer header is not supported')
  }
  return { algorithm, name }
}

function checkAnnounced(announced: string | undefined, sent: ChecksumAlgorithm | undefined): void {
  if (announced === undefined) return
  if (sent === undefined) throw invalid(announcedAlone)
  if (checksumAlgorithm(announced) !== sent) {
    throw invalid('Value for x-amz-sdk-checksum-algorithm header is invalid.')
  }
}

function headerValue(algorithm: ChecksumAlgorithm, text: string): Uint8Array {
  const value = base64(text, digestBytes[algorithm])
  if (value !== undefined) return value
  throw invalid(`Value for ${headerName(algorithm)} header is invalid.`)
}

function headerName(algorithm: ChecksumAlgorithm): string {
  return `x-amz-checksum-${algorithm.toLowerCase()}`
}

function digestMembers(headers: Headers): DigestMembers {
  const members: Record<string, string | undefined> = {
    ContentMD5: headers.get('content-md5'),
    ChecksumAlgorithm: headers.get('x-amz-sdk-checksum-algorithm'),
  }
  for (const algorithm of checksumAlgorithms) {
    members[`Checksum${algorithm}`] = headers.get(headerName(algorithm))
  }
  return members
}

/** Bytes of canonical base64 that stands for exactly so many; undefined for anything else. */
function base64(text: string, lengthBytes: number): Uint8Array | undefined {
  const bytes = Buffer.from(text, 'base64')
  return bytes.length === lengthBytes && bytes.toString('base64') === text ? bytes : undefined
}

function invalid(sentence: string): S3Error {
  return new S3Error('InvalidRequest', {}, sentence)
}
