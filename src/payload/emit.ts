/** Emit: the bytes of an object, or of a range of it, whatever runs they lie in. */
import { assert } from '../base/assert.ts'
import type { Holds } from '../base/holds.ts'
import { fileOf } from '../base/ids.ts'
import type { Payload } from '../model/payload.ts'
import { BlobCorrupt, BlobMissing, type BlobStore, type ByteRange } from '../stores/blobs/store.ts'
import type { Locator, Run, RunSeal } from '../stores/metadata/records.ts'
import type { FoundObject, MetadataStore } from '../stores/metadata/store.ts'
import type { DataKey } from './encryption/envelope.ts'
import type { OpeningRun } from './encryption/runs.ts'

/**
 * The content is held until the stream ends or is left, so reclaim does not take it from under the reader. What it yields is
 * given away: nobody uses those bytes for anything else afterwards. An encrypted object comes with its data key
 * (payload/encryption), and no other does.
 */
export type Emit = (found: FoundObject, range: ByteRange, dataKey?: DataKey) => Payload

export interface EmitParts {
  readonly blobs: BlobStore
  readonly metadata: Pick<MetadataStore, 'objectRuns' | 'inlineBytes'>
  readonly holds: Holds
}

/** Runs asked for at once: half a gibibyte of 8 MiB parts. */
const runsPage = 64

/** Reading throws BlobMissing or BlobCorrupt where the bytes are not what was stored; it never ends early instead. */
export function createEmit({ blobs, metadata, holds }: EmitParts): Emit {
  return (found, range, dataKey) => {
    const { sizeBytes, attributes } = found.row
    assert(range.offset >= 0 && range.lengthBytes >= 0, 'a range has an offset and a length')
    assert(range.offset + range.lengthBytes <= sizeBytes, 'a range lies in its object')
    const isEncrypted = attributes.encryption !== undefined
    assert(isEncrypted === (dataKey !== undefined), 'encrypted bytes need a key, and no others do')
    return new Emitted({ blobs, metadata, holds, dataKey }, found, range)
  }
}

const noTrailers: Payload['trailers'] = new Map()

/** A class, for V8 puts a literal with a member named by a symbol together the slow way each time. */
class Emitted implements Payload {
  readonly lengthBytes: number
  readonly trailers = noTrailers
  readonly announcedTrailer = undefined
  readonly #emission: Emission
  readonly #found: FoundObject
  readonly #range: ByteRange

  constructor(emission: Emission, found: FoundObject, range: ByteRange) {
    this.lengthBytes = range.lengthBytes
    this.#emission = emission
    this.#found = found
    this.#range = range
  }

  inHand(): ReturnType<NonNullable<Payload['inHand']>> {
    return inHand(this.#emission, this.#found, this.#range)
  }

  [Symbol.asyncIterator](): AsyncIterator<Uint8Array> {
    return whole(this.lengthBytes, emitted(this.#emission, this.#found, this.#range))
  }
}

/** Small bytes came with their row, and those of one plain blob may be one read away. */
function inHand(
  emission: Emission,
  { row: { locator, seal }, bytes }: FoundObject,
  range: ByteRange,
): Uint8Array | Promise<Uint8Array> | undefined {
  if (locator.kind === 'inline' && bytes !== undefined) {
    if (range.lengthBytes === 0) return new Uint8Array(0)
    return promised(cut(bytes, range, opening(emission, seal)), range)
  }
  if (locator.kind !== 'blob' || opening(emission, seal) !== undefined) return undefined
  return blobInHand(emission, locator, range)
}

function blobInHand(
  { blobs, holds }: Emission,
  { blob, offset }: Extract<Locator, { kind: 'blob' }>,
  range: ByteRange,
): Promise<Uint8Array> | undefined {
  const lies = { offset: offset + range.offset, lengthBytes: range.lengthBytes }
  const release = holds.hold(`blob:${fileOf(blob)}`)
  const bytes = blobs.get(blob, lies).inHand?.()
  if (bytes === undefined) release()
  return bytes?.then((taken) => promised(taken, range)).finally(release)
}

function promised(taken: Uint8Array, { lengthBytes }: ByteRange): Uint8Array {
  if (taken.length === lengthBytes) return taken
  throw new BlobCorrupt(`${taken.length} bytes came, not ${lengthBytes}`)
}

interface Emission extends EmitParts {
  readonly dataKey: DataKey | undefined
}

/** Passes the bytes on and holds their number against what was promised. */
async function* whole(
  lengthBytes: number,
  bytes: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  let sentBytes = 0
  for await (const chunk of bytes) {
    sentBytes += chunk.length
    yield chunk
  }
  if (sentBytes !== lengthBytes)
    throw new BlobCorrupt(`${sentBytes} bytes came, not ${lengthBytes}`)
}

async function* emitted(
  emission: Emission,
  { row, bytes }: FoundObject,
  range: ByteRange,
): AsyncGenerator<Uint8Array> {
  const { locator, seal, sizeBytes } = row
  if (range.lengthBytes === 0) return
  if (locator.kind === 'inline') {
    if (bytes === undefined) throw new BlobMissing(`object without its bytes, row ${locator.row}`)
    yield cut(bytes, range, opening(emission, seal))
    return
  }
  const held =
    locator.kind === 'blob'
      ? (`blob:${fileOf(locator.blob)}` as const)
      : (`content:${locator.content}` as const)
  const release = emission.holds.hold(held)
  try {
    if (locator.kind === 'blob') yield* fromRun(emission, { sizeBytes, locator, seal }, range)
    else yield* fromRuns(emission, locator.content, range)
  } finally {
    release()
  }
}

/** Run after run, a page of them at a time, each read from where the one before ended. */
async function* fromRuns(
  emission: Emission,
  content: number,
  range: ByteRange,
): AsyncGenerator<Uint8Array> {
  const end = range.offset + range.lengthBytes
  let position = range.offset
  while (position < end) {
    const begun = position
    const left = { offset: position, lengthBytes: end - position }
    for (const run of await emission.metadata.objectRuns(content, left, runsPage)) {
      const skipped = position - run.start
      if (skipped < 0) throw new BlobCorrupt(`content ${content} has a gap at ${position}`)
      const lengthBytes = Math.min(run.sizeBytes - skipped, end - position)
      if (lengthBytes <= 0) continue
      yield* fromRun(emission, run, { offset: skipped, lengthBytes })
      position += lengthBytes
      if (position === end) return
    }
    if (position === begun) throw new BlobMissing(`content ${content} has no byte ${position}`)
  }
}

function fromRun(emission: Emission, run: Run, range: ByteRange): AsyncIterable<Uint8Array> {
  const { locator, seal } = run
  const key = opening(emission, seal)
  if (locator.kind === 'inline') return fromInline(emission, locator.row, { range, key })
  const lies = { offset: locator.offset + range.offset, lengthBytes: range.lengthBytes }
  if (key === undefined) return emission.blobs.get(locator.blob, lies)
  // The tag of a sealed block proves more than its checksum does.
  return key.open(emission.blobs.get(locator.blob, key.sealedRange(lies), 'own'), lies)
}

/** What opens the run; undefined for plain bytes. Where object and run do not agree, nothing is sent as if they did. */
function opening(
  { dataKey }: Pick<Emission, 'dataKey'>,
  seal: RunSeal | undefined,
): OpeningRun | undefined {
  if (dataKey === undefined && seal === undefined) return undefined
  if (dataKey !== undefined && seal !== undefined) return dataKey.openRun(seal)
  throw new BlobCorrupt('a run is sealed and its object is not, or the other way about')
}

async function* fromInline(
  { metadata }: Emission,
  row: number,
  { range, key }: { readonly range: ByteRange; readonly key: OpeningRun | undefined },
): AsyncGenerator<Uint8Array> {
  const bytes = await metadata.inlineBytes(row)
  if (bytes === undefined) throw new BlobMissing(`there are no small bytes in row ${row}`)
  yield cut(bytes, range, key)
}

function cut(bytes: Uint8Array, range: ByteRange, key: OpeningRun | undefined): Uint8Array {
  if (key !== undefined) return key.openSmall(bytes, range)
  return bytes.subarray(range.offset, range.offset + range.lengthBytes)
}
