/**
 * The aws-chunked framing: `<hex size>[;chunk-signature=<signature>]\r\n<data>\r\n` again and again, a chunk of size 0, and
 * what may trail it. AWS wants every chunk but the last to have 8 KiB; the JavaScript SDK sends them as small as its stream
 * yields, so any size is taken here.
 */
import { createHash, type Hash } from 'node:crypto'
import { S3Error } from '../model/errors.ts'
import { ByteReader } from './byte-reader.ts'
import type { ChunkVerifier, Seal } from './seal.ts'
import { readTrailers, trailerBytesMax } from './trailers.ts'

/** 16 hex digits, the name of the extension and a signature, with room to spare. */
const headBytesMax = 256

export interface Framing {
  readonly seal: Extract<Seal, { kind: 'aws-chunked' }>
  /** What x-amz-decoded-content-length promised. */
  readonly lengthBytes: number
  readonly announced: string | undefined
  /** Filled when the end was reached. */
  readonly trailers: Map<string, string>
}

/**
 * The data within, as views of what arrived. Each chunk's signature is checked at its end, after its data was handed on.
 * Throws IncompleteBody, SignatureDoesNotMatch, MalformedTrailerError; nothing is read beyond the promised length.
 */
export async function* decodeChunks(
  raw: AsyncIterable<Uint8Array>,
  framing: Framing,
): AsyncGenerator<Uint8Array> {
  const reader = new ByteReader(raw)
  const verifier = framing.seal.chunks
  let leftBytes = framing.lengthBytes
  try {
    for (;;) {
      const head = readHead(await reader.line(headBytesMax), verifier)
      if (head.sizeBytes > leftBytes) throw new S3Error('IncompleteBody')
      leftBytes -= head.sizeBytes
      const hash = verifier && createHash('sha256')
      if (head.sizeBytes > 0) yield* chunkData(reader, head.sizeBytes, hash)
      if (hash !== undefined) verifier?.chunk(head.signature, hash.digest())
      if (head.sizeBytes === 0) break
    }
    if (leftBytes > 0) throw new S3Error('IncompleteBody')
    await readEnd(reader, framing)
  } finally {
    await reader.close()
  }
}

interface Head {
  readonly sizeBytes: number
  /** '' in a body whose chunks are not signed. */
  readonly signature: string
}

const headShape = /^([0-9a-f]{1,16})(?:;chunk-signature=([^;\r\n]*))?\r\n$/i

function readHead(line: string | undefined, verifier: ChunkVerifier | undefined): Head {
  const [, size = '', signature] = headShape.exec(line ?? '') ?? []
  const sizeBytes = Number.parseInt(size, 16)
  if (!Number.isSafeInteger(sizeBytes)) throw truncated()
  if ((signature === undefined) !== (verifier === undefined)) throw truncated()
  return { sizeBytes, signature: signature ?? '' }
}

async function* chunkData(
  reader: ByteReader,
  sizeBytes: number,
  hash: Hash | undefined,
): AsyncGenerator<Uint8Array> {
  let leftBytes = sizeBytes
  while (leftBytes > 0) {
    const run = await reader.take(leftBytes)
    if (run === undefined) throw truncated()
    hash?.update(run)
    leftBytes -= run.length
    yield run
  }
  if ((await reader.line(2)) !== '\r\n') throw truncated()
}

/** The body ends with its framing: whatever else follows would belong to nobody. */
async function readEnd(reader: ByteReader, framing: Framing): Promise<void> {
  const rest = await reader.rest(trailerBytesMax)
  if (rest === undefined) throw new S3Error('MalformedTrailerError')
  const { announced, seal } = framing
  for (const [name, value] of readTrailers(rest, { announced, verifier: seal.chunks })) {
    framing.trailers.set(name, value)
  }
}

function truncated(): S3Error {
  return new S3Error('IncompleteBody', {}, 'The request body terminated unexpectedly')
}
