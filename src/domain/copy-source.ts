/** Where a copy comes from: the `x-amz-copy-source` field, and the object it names once the caller may read it. */
import type { Instant } from '../base/clock.ts'
import { fileOf } from '../base/ids.ts'
import type { Holds } from '../base/holds.ts'
import { S3Error } from '../model/errors.ts'
import type { BucketRow, ObjectRow } from '../stores/metadata/records.ts'
import type { FoundObject } from '../stores/metadata/store.ts'
import { escapesItsRoot } from '../wire/address.ts'
import { refuseArn, refuseReservedName } from '../wire/foreign-names.ts'
import { isBucketName } from './names.ts'
import { checkKeyLength, type Objects } from './objects.ts'
import { type Accounts, expectBucketOwner } from './owners.ts'
import { checkCopyConditions, type CopyConditions } from './preconditions.ts'
import { checkVersionId } from './versions.ts'

export interface CopySource {
  readonly bucket: string
  readonly key: string
  readonly versionId?: string
}

/** What CopyObject and UploadPartCopy say of their source, beside where it is. */
export interface CopySourceMembers extends CopyConditions {
  readonly ExpectedSourceBucketOwner?: string | undefined
}

export interface SourceAsked {
  readonly place: CopySource
  readonly input: CopySourceMembers
}

/** Who can find a source: the Service of the request. */
export interface Sources extends Accounts {
  readonly now: Instant
  readonly holds: Holds
  sourceBucket(name: string): Promise<SourceBucket>
}

/** A bucket that is copied from, with what the caller may read in it. */
export interface SourceBucket {
  readonly bucket: BucketRow
  readonly objects: Objects
}

export interface Source {
  readonly bucket: BucketRow
  readonly found: FoundObject
}

const versionMark = '?versionId='

/**
 * `bucket/key` or `/bucket/key`, encoded as a form is ('+' is a space, s5cmd sends it so) or raw (k6 sends spaces as they
 * are), with `?versionId=` as its end. A plus sign has to be sent as `%2B`, as S3 wants it. Throws InvalidArgument, and NotImplemented for the ARN of an access point.
 */
export function parseCopySource(text: string): CopySource {
  // Looked for before decoding: an encoded question mark belongs to the key.
  const mark = text.lastIndexOf(versionMark)
  const path = decode(mark < 0 ? text : text.slice(0, mark), text)
  const named = path.startsWith('/') ? path.slice(1) : path
  refuseArn(named)
  const place = splitPath(named, text)
  if (mark < 0) return place
  const versionId = decode(text.slice(mark + versionMark.length), text)
  checkVersionId(versionId)
  return { ...place, versionId }
}

/**
 * The object to copy from, in a bucket that the caller may read. Throws NoSuchBucket, AccessDenied, NoSuchKey,
 * NoSuchVersion, InvalidRequest for a delete marker, and PreconditionFailed.
 */
async function findSource({ place, input }: SourceAsked, sources: Sources): Promise<Source> {
  const { bucket: name, key, versionId } = place
  const { bucket, objects } = await sources.sourceBucket(name)
  expectBucketOwner(input.ExpectedSourceBucketOwner, bucket, sources)
  const found = await objects.findSource(bucket, key, versionId)
  checkCopyConditions(input, found.row, sources.now)
  return { bucket, found }
}

/** Times that a source is looked for, while others replace it all the time and its bytes are reclaimed at once. */
const attemptsMax = 16

/**
 * What `copy` makes of the source, whose bytes are held meanwhile. It answers undefined when they were reclaimed before
 * they were held, and is then called with what the source has become. Throws what findSource throws, and
 * OperationAborted when the source never holds still.
 */
export async function fromSource<T>(
  asked: SourceAsked,
  sources: Sources,
  copy: (source: Source) => Promise<T | undefined>,
): Promise<T> {
  for (let attempt = 1; attempt <= attemptsMax; attempt++) {
    const source = await findSource(asked, sources)
    using _held = hold(source.found.row, sources.holds)
    const copied = await copy(source)
    if (copied !== undefined) return copied
  }
  throw new S3Error('OperationAborted')
}

/** Small bytes need no hold: they are found together with their object. */
function hold({ locator }: ObjectRow, holds: Holds): Disposable {
  switch (locator.kind) {
    case 'inline':
      return { [Symbol.dispose]: () => undefined }
    case 'blob':
      return { [Symbol.dispose]: holds.hold(`blob:${fileOf(locator.blob)}`) }
    case 'parts':
      return { [Symbol.dispose]: holds.hold(`content:${locator.content}`) }
  }
}

function splitPath(path: string, text: string): { bucket: string; key: string } {
  const slash = path.indexOf('/')
  const bucket = slash < 0 ? path : path.slice(0, slash)
  const key = slash < 0 ? '' : path.slice(slash + 1)
  refuseReservedName(bucket)
  if (!isBucketName(bucket)) throw invalid('Invalid copy source bucket name', text)
  if (key === '' || key.includes('\0') || escapesItsRoot(key))
    throw invalid('Invalid copy source object key', text)
  checkKeyLength(key)
  return { bucket, key }
}

function decode(part: string, text: string): string {
  try {
    return decodeURIComponent(part.replaceAll('+', ' '))
  } catch {
    throw invalid('Invalid copy source encoding', text)
  }
}

function invalid(sentence: string, text: string): S3Error {
  return new S3Error(
    'InvalidArgument',
    { ArgumentName: 'x-amz-copy-source', ArgumentValue: text },
    sentence,
  )
}
