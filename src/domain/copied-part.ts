/**
 * UploadPartCopy: a part that names bytes which are already there. Only rows are read and written, whatever the size;
 * what is known of the source's digests is taken over (docs/decisions/0004-copied-parts.md).
 */
import { createHash } from 'node:crypto'
import { assert } from '../base/assert.ts'
import { pageEntriesMax, partNumberMax } from '../base/limits.ts'
import type { ChecksumAlgorithm } from '../payload/checksums/algorithms.ts'
import type { ByteRange } from '../stores/blobs/store.ts'
import type { ObjectRow, PartRow, Run } from '../stores/metadata/records.ts'
import type { FoundObject, MetadataStore, NewPart } from '../stores/metadata/store.ts'
import { checkedParts, type PartDigests } from './completed-checksum.ts'
import { isCombinable } from './upload-checksum.ts'

/** Bytes of an object that become a part. */
export interface Stretch {
  readonly found: FoundObject
  readonly range: ByteRange
}

/** All of a part but its number and time; its checksums are those that were known without reading a byte. */
export type CopiedPart = Pick<NewPart, 'etag' | 'sizeBytes' | 'runs' | 'checksums'>

type NewRun = NewPart['runs'][number]

interface Rules {
  readonly metadata: MetadataStore
  readonly digests: PartDigests
}

/** The part that this stretch makes, with its checksum of `algorithm` where that is known. The source is held meanwhile. */
export async function copiedPart(
  rules: Rules,
  stretch: Stretch,
  algorithm: ChecksumAlgorithm | undefined,
): Promise<CopiedPart> {
  const runs = await copiedRuns(rules.metadata, stretch)
  const parts = await wholeParts(rules.metadata, stretch)
  const etag = knownEtag(stretch, parts) ?? derivedEtag(stretch, runs)
  const checksum =
    algorithm === undefined
      ? undefined
      : knownChecksum(rules.digests, { stretch, parts, algorithm })
  const checksums =
    algorithm === undefined || checksum === undefined ? {} : { [algorithm]: checksum }
  return { etag, sizeBytes: stretch.range.lengthBytes, runs, checksums }
}

async function copiedRuns(metadata: MetadataStore, stretch: Stretch): Promise<readonly NewRun[]> {
  const { row, bytes } = stretch.found
  const { offset, lengthBytes } = stretch.range
  switch (row.locator.kind) {
    // Small bytes are brought along: cheaper than a reference, and they cannot go before the row is there.
    case 'inline':
      assert(bytes !== undefined, 'an object with inline bytes is found together with them')
      return [smallRun(bytes, offset, lengthBytes)]
    case 'blob':
      return [
        {
          sizeBytes: lengthBytes,
          locator: { ...row.locator, offset: row.locator.offset + offset },
        },
      ]
    case 'parts':
      return contentRuns(metadata, row.locator.content, stretch.range)
  }
}

function smallRun(bytes: Uint8Array, offset: number, lengthBytes: number): NewRun {
  return {
    sizeBytes: lengthBytes,
    locator: { kind: 'bytes', bytes: bytes.subarray(offset, offset + lengthBytes) },
  }
}

/** The runs of a completed upload that the range touches, the first and the last one cut to it. */
async function contentRuns(
  metadata: MetadataStore,
  content: number,
  range: ByteRange,
): Promise<readonly NewRun[]> {
  const runs: NewRun[] = []
  const end = range.offset + range.lengthBytes
  for (let offset = range.offset; offset < end;) {
    const page = await metadata.objectRuns(content, offset, pageEntriesMax)
    const before = offset
    for (const run of page) {
      const until = Math.min(run.start + run.sizeBytes, end)
      if (until <= offset) continue
      runs.push(
        await cutRun(metadata, run, { offset: offset - run.start, lengthBytes: until - offset }),
      )
      offset = until
    }
    assert(offset > before, 'the runs of an object cover all its bytes')
  }
  // A part has a row, and so a run, even where the object it was copied from is empty.
  return runs.length > 0 ? runs : [smallRun(new Uint8Array(), 0, 0)]
}

async function cutRun(metadata: MetadataStore, run: Run, cut: ByteRange): Promise<NewRun> {
  const { locator } = run
  if (locator.kind === 'blob') {
    return {
      sizeBytes: cut.lengthBytes,
      locator: { ...locator, offset: locator.offset + cut.offset },
    }
  }
  const bytes = await metadata.inlineBytes(locator.row)
  assert(bytes !== undefined, 'the small bytes of a held object are there')
  return smallRun(bytes, cut.offset, cut.lengthBytes)
}

/** The parts that the range is made of, when it begins and ends where parts do; undefined otherwise. */
async function wholeParts(
  metadata: MetadataStore,
  { found, range }: Stretch,
): Promise<readonly PartRow[] | undefined> {
  if (found.row.locator.kind !== 'parts') return undefined
  const { content } = found.row.locator
  const whole: PartRow[] = []
  let { offset } = range
  const end = range.offset + range.lengthBytes
  for (
    let after = await lastBefore(metadata, content, range.offset), more = true;
    more && offset < end;
  ) {
    const page = await metadata.objectParts(content, after, pageEntriesMax)
    for (const part of page.parts) {
      if (part.offset >= end) break
      if (part.offset !== offset) return undefined
      whole.push(part)
      offset += part.sizeBytes
      after = part.number
    }
    more = page.truncated
  }
  return offset === end && whole.length > 0 ? whole : undefined
}

/** The greatest number after which the next part begins at or before `offset`; by halving, for 10,000 parts are many rows. */
async function lastBefore(
  metadata: MetadataStore,
  content: number,
  offset: number,
): Promise<number> {
  let low = 0
  for (let high = partNumberMax; low < high;) {
    const middle = Math.ceil((low + high) / 2)
    const [part] = (await metadata.objectParts(content, middle, 1)).parts
    if (part !== undefined && part.offset <= offset) low = middle
    else high = middle - 1
  }
  return low
}

const md5Shape = /^[0-9a-f]{32}$/

/** The ETag of an object or part that is copied as a whole. */
function knownEtag(
  { found, range }: Stretch,
  parts: readonly PartRow[] | undefined,
): string | undefined {
  if (parts?.length === 1) return parts[0]?.etag
  const isWhole = range.lengthBytes === found.row.sizeBytes
  return isWhole && md5Shape.test(found.row.etag) ? found.row.etag : undefined
}

/** An ETag for bytes that nobody reads: the same whenever the same bytes are copied from the same object. */
function derivedEtag({ found, range }: Stretch, runs: readonly NewRun[]): string {
  const hash = createHash('sha256')
  hash.update(JSON.stringify([found.row.etag, range.offset, range.lengthBytes]))
  for (const { sizeBytes, locator } of runs) {
    hash.update(locator.kind === 'bytes' ? locator.bytes : JSON.stringify([sizeBytes, locator]))
  }
  return hash.digest('hex').slice(0, 32)
}

interface Wanted {
  readonly stretch: Stretch
  readonly parts: readonly PartRow[] | undefined
  readonly algorithm: ChecksumAlgorithm
}

function knownChecksum(
  digests: PartDigests,
  { stretch, parts, algorithm }: Wanted,
): string | undefined {
  const { row } = stretch.found
  const ofObject =
    stretch.range.lengthBytes === row.sizeBytes ? fullChecksum(row, algorithm) : undefined
  if (ofObject !== undefined || parts === undefined) return ofObject
  if (parts.length === 1) return parts[0]?.checksums[algorithm]
  const checked = isCombinable(algorithm) ? checkedParts(algorithm, parts) : undefined
  return checked === undefined || !isCombinable(algorithm)
    ? undefined
    : digests.combine(algorithm, checked)
}

function fullChecksum({ attributes }: ObjectRow, algorithm: ChecksumAlgorithm): string | undefined {
  const { checksum } = attributes
  return checksum?.type === 'FULL_OBJECT' && checksum.algorithm === algorithm
    ? checksum.value
    : undefined
}
