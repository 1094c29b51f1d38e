/**
 * UploadPartCopy: a part that names bytes which are already there. Only rows are read and written, whatever the size;
 * what is known of the source's digests is taken over (docs/decisions/0004-copied-parts.md).
 */
import { createHash } from 'node:crypto'
import { assert } from '../base/assert.ts'
import { pageEntriesMax, partNumberMax } from '../base/limits.ts'
import { isCombinable } from '../model/checksum-types.ts'
import type { ChecksumAlgorithm } from '../payload/checksums/algorithms.ts'
import type { RunCopying } from '../payload/encryption/envelope.ts'
import type { ByteRange } from '../stores/blobs/store.ts'
import type { Locator, ObjectRow, PartRow, Run, RunSeal } from '../stores/metadata/records.ts'
import type { FoundObject, MetadataStore, NewPart } from '../stores/metadata/store.ts'
import { checkedParts, type PartDigests } from './completed-checksum.ts'
import { wholeOf } from './objects.ts'

/** Bytes of an object that become a part. */
export interface Stretch {
  readonly found: FoundObject
  readonly range: ByteRange
  /**
   * Of an encrypted object: how its runs come under the upload's data key, which seals in as many layers. Where only one of
   * the two is encrypted, or they differ in layers, the bytes have to be read and sealed anew instead.
   */
  readonly copying?: RunCopying | undefined
}

/** All of a part but its number and time; its checksums are those that were known without reading a byte. */
export type CopiedPart = Pick<NewPart, 'etag' | 'sizeBytes' | 'runs' | 'checksums'>

type NewRun = NewPart['runs'][number]
type InBlob = Extract<Locator, { kind: 'blob' }>

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
  const { found, copying } = stretch
  const { locator, seal, attributes } = found.row
  const isEncrypted = attributes.encryption !== undefined
  assert(isEncrypted === (copying !== undefined), 'sealed runs come with a way to copy them')
  switch (locator.kind) {
    case 'inline':
      assert(found.bytes !== undefined, 'an object with inline bytes is found together with them')
      return [smallRun(found.bytes, seal, stretch)]
    case 'blob':
      return [blobRun(locator, seal, stretch)]
    case 'parts':
      return contentRuns(metadata, locator.content, stretch)
  }
}

/** What is to be taken of a run, in its own offsets. */
type Cut = Pick<Stretch, 'range' | 'copying'>

/** Small bytes are brought along: cheaper than a reference, and they cannot go before the row is there. */
function smallRun(bytes: Uint8Array, seal: RunSeal | undefined, { range, copying }: Cut): NewRun {
  const { offset, lengthBytes: sizeBytes } = range
  if (seal === undefined) {
    assert(copying === undefined, 'every run of an encrypted object is sealed')
    return {
      sizeBytes,
      locator: { kind: 'bytes', bytes: bytes.subarray(offset, offset + sizeBytes) },
    }
  }
  assert(copying !== undefined, 'a sealed run comes with a way to copy it')
  const copied =
    sizeBytes === seal.sizeBytes
      ? { bytes, seal: copying.rewrap(seal) }
      : copying.recut(bytes, seal, range)
  return { sizeBytes, locator: { kind: 'bytes', bytes: copied.bytes }, seal: copied.seal }
}

function blobRun(locator: InBlob, seal: RunSeal | undefined, { range, copying }: Cut): NewRun {
  assert((seal === undefined) === (copying === undefined), 'a run is sealed as its object is')
  return {
    sizeBytes: range.lengthBytes,
    locator: { ...locator, offset: locator.offset + range.offset },
    ...(seal && { seal: copying?.rewrap(seal) }),
  }
}

/** The runs of a completed upload that the range touches, the first and the last one cut to it. */
async function contentRuns(
  metadata: MetadataStore,
  content: number,
  { range, copying }: Cut,
): Promise<readonly NewRun[]> {
  const runs: NewRun[] = []
  const end = range.offset + range.lengthBytes
  for (let offset = range.offset; offset < end;) {
    const left = { offset, lengthBytes: end - offset }
    const page = await metadata.objectRuns(content, left, pageEntriesMax)
    const before = offset
    for (const run of page) {
      const until = Math.min(run.start + run.sizeBytes, end)
      if (until <= offset) continue
      const within = { offset: offset - run.start, lengthBytes: until - offset }
      runs.push(await cutRun(metadata, run, { range: within, copying }))
      offset = until
    }
    assert(offset > before, 'the runs of an object cover all its bytes')
  }
  // A part has a row, and so a run, even where the object it was copied from is empty.
  return runs.length > 0 ? runs : [emptyRun]
}

const emptyRun: NewRun = { sizeBytes: 0, locator: { kind: 'bytes', bytes: new Uint8Array() } }

async function cutRun(metadata: MetadataStore, run: Run, cut: Cut): Promise<NewRun> {
  const { locator, seal } = run
  if (locator.kind === 'blob') return blobRun(locator, seal, cut)
  const bytes = await metadata.inlineBytes(locator.row)
  assert(bytes !== undefined, 'the small bytes of a held object are there')
  return smallRun(bytes, seal, cut)
}

/** The parts that the range is made of, when it begins and ends where parts do; undefined otherwise. */
async function wholeParts(
  metadata: MetadataStore,
  { found, range }: Wanted['stretch'],
): Promise<readonly PartRow[] | undefined> {
  if (found.row.locator.kind !== 'parts') return undefined
  const { content } = found.row.locator
  const whole: PartRow[] = []
  let { offset } = range
  const end = range.offset + range.lengthBytes
  // Not at once, for an empty object has a part too.
  const isWhole = (): boolean => whole.length > 0 && offset >= end
  let after = await lastBefore(metadata, content, range.offset)
  // Mostly the first part tells: a thousand rows are not read to find that out.
  for (let max = 1; !isWhole(); max = Math.min(2 * max, pageEntriesMax)) {
    const page = await metadata.objectParts(content, after, max)
    for (const part of page.parts) {
      if (isWhole()) break
      if (part.offset !== offset) return undefined
      whole.push(part)
      offset += part.sizeBytes
      after = part.number
    }
    if (!page.truncated) break
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

/** An ETag for bytes that nobody reads: the same whenever the same bytes are copied from the same object, as long as they lie where they do. */
function derivedEtag({ found, range }: Stretch, runs: readonly NewRun[]): string {
  const hash = createHash('sha256')
  hash.update(JSON.stringify([found.row.etag, range.offset, range.lengthBytes]))
  for (const run of runs) hash.update(identityOf(run))
  return hash.digest('hex').slice(0, 32)
}

/** Small bytes that are sealed are other bytes each time: the tag of their object and the range tell them apart. */
function identityOf({ sizeBytes, locator, seal }: NewRun): string | Uint8Array {
  if (locator.kind !== 'bytes') return JSON.stringify([sizeBytes, locator])
  return seal === undefined ? locator.bytes : JSON.stringify([sizeBytes])
}

/** The checksum of a whole object as far as it is known without a byte: its own, or made of its parts'. Base64. */
export async function knownWholeChecksum(
  { metadata, digests }: Rules,
  found: FoundObject,
  algorithm: ChecksumAlgorithm,
): Promise<string | undefined> {
  const stretch = { found, range: wholeOf(found.row) }
  const parts = await wholeParts(metadata, stretch)
  return knownChecksum(digests, { stretch, parts, algorithm })
}

interface Wanted {
  readonly stretch: Pick<Stretch, 'found' | 'range'>
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
