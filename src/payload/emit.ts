/** Emit: the bytes of an object, or of a range of it, whatever runs they lie in. */
import { assert } from '../base/assert.ts'
import type { Holds } from '../base/holds.ts'
import type { Payload } from '../model/payload.ts'
import { BlobCorrupt, BlobMissing, type BlobStore, type ByteRange } from '../stores/blobs/store.ts'
import type { Locator } from '../stores/metadata/records.ts'
import type { FoundObject, MetadataStore } from '../stores/metadata/store.ts'

/** The content is held until the stream ends or is left, so reclaim does not take it from under the reader. */
export type Emit = (found: FoundObject, range: ByteRange) => Payload

export interface EmitParts {
  readonly blobs: BlobStore
  readonly metadata: Pick<MetadataStore, 'objectRuns' | 'inlineBytes'>
  readonly holds: Holds
}

/** Runs asked for at once: half a gibibyte of 8 MiB parts. */
const runsPage = 64

/** Reading throws BlobMissing or BlobCorrupt where the bytes are not what was stored; it never ends early instead. */
export function createEmit(parts: EmitParts): Emit {
  return (found, range) => {
    assert(range.offset >= 0 && range.lengthBytes >= 0, 'a range has an offset and a length')
    assert(range.offset + range.lengthBytes <= found.row.sizeBytes, 'a range lies in its object')
    return {
      lengthBytes: range.lengthBytes,
      trailers: new Map(),
      announcedTrailer: undefined,
      [Symbol.asyncIterator]: () => whole(range.lengthBytes, emitted(parts, found, range)),
    }
  }
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
  parts: EmitParts,
  found: FoundObject,
  range: ByteRange,
): AsyncGenerator<Uint8Array> {
  const { locator } = found.row
  if (range.lengthBytes === 0) return
  if (locator.kind === 'inline') {
    if (found.bytes === undefined)
      throw new BlobMissing(`object without its bytes, row ${locator.row}`)
    yield slice(found.bytes, range)
    return
  }
  const held =
    locator.kind === 'blob'
      ? (`blob:${locator.blob}` as const)
      : (`content:${locator.content}` as const)
  const release = parts.holds.hold(held)
  try {
    if (locator.kind === 'blob') yield* fromBlob(parts, locator, range)
    else yield* fromRuns(parts, locator.content, range)
  } finally {
    release()
  }
}

/** Run after run, a page of them at a time, each read from where the one before ended. */
async function* fromRuns(
  parts: EmitParts,
  content: number,
  range: ByteRange,
): AsyncGenerator<Uint8Array> {
  const end = range.offset + range.lengthBytes
  let position = range.offset
  while (position < end) {
    const begun = position
    for (const run of await parts.metadata.objectRuns(content, position, runsPage)) {
      const skipped = position - run.start
      if (skipped < 0) throw new BlobCorrupt(`content ${content} has a gap at ${position}`)
      const lengthBytes = Math.min(run.sizeBytes - skipped, end - position)
      if (lengthBytes <= 0) continue
      yield* fromRun(parts, run.locator, { offset: skipped, lengthBytes })
      position += lengthBytes
      if (position === end) return
    }
    if (position === begun) throw new BlobMissing(`content ${content} has no byte ${position}`)
  }
}

function fromRun(
  parts: EmitParts,
  locator: Exclude<Locator, { kind: 'parts' }>,
  range: ByteRange,
): AsyncIterable<Uint8Array> {
  if (locator.kind === 'blob') return fromBlob(parts, locator, range)
  return fromInline(parts, locator.row, range)
}

function fromBlob(
  { blobs }: EmitParts,
  locator: Extract<Locator, { kind: 'blob' }>,
  { offset, lengthBytes }: ByteRange,
): AsyncIterable<Uint8Array> {
  return blobs.get(locator.blob, { offset: locator.offset + offset, lengthBytes })
}

async function* fromInline(
  { metadata }: EmitParts,
  row: number,
  range: ByteRange,
): AsyncGenerator<Uint8Array> {
  const bytes = await metadata.inlineBytes(row)
  if (bytes === undefined) throw new BlobMissing(`there are no small bytes in row ${row}`)
  yield slice(bytes, range)
}

function slice(bytes: Uint8Array, { offset, lengthBytes }: ByteRange): Uint8Array {
  return bytes.subarray(offset, offset + lengthBytes)
}
