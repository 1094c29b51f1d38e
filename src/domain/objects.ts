/** Objects: the current row of a key, its bytes by range or by part, and how a row comes and goes. */
import type { Instant } from '../base/clock.ts'
import { assert } from '../base/assert.ts'
import { keyBytesMax } from '../base/limits.ts'
import { S3Error } from '../model/errors.ts'
import type { ByteRange } from '../stores/blobs/store.ts'
import type {
  BucketRow,
  Encryption,
  ListedObject,
  ObjectAttributes,
  ObjectRow,
  PartRow,
} from '../stores/metadata/records.ts'
import { isUnconditional, judge } from '../stores/metadata/sql/conditions.ts'
import {
  isRefusal,
  type Condition,
  type FoundObject,
  type ListPage,
  type ListQuery,
  type MetadataStore,
  type NewObject,
} from '../stores/metadata/store.ts'
import { parseEtags } from './etags.ts'
import type { Judge } from './judge.ts'
import { checkPartNumber } from './parts.ts'
import { contentRange, parseRange, rangeApplies } from './ranges.ts'
import { accepted, standing } from './refusals.ts'
import { checkVersionIdIn } from './versions.ts'

/** Looks at an object that is replaced again and again while its attributes are to change. */
const revisionsMax = 10

/** An object that is about to be written into a bucket. */
export type Draft = Omit<NewObject, 'bucket'>

/** The part of an object that a reader gets. */
export interface Slice extends ByteRange {
  /** As Content-Range says it; undefined when the answer is the whole object. */
  readonly contentRange: string | undefined
  /** The part that the reader asked for by number, of an object that has parts. */
  readonly part: PartRow | undefined
}

/** What a deletion names, and what must hold of it. */
export interface Deletion {
  readonly key: string
  readonly versionId?: string | undefined
  readonly ifMatch?: string | undefined
  readonly ifMatchLastModifiedTime?: Date | undefined
  readonly ifMatchSize?: number | undefined
}

export interface PartPage {
  readonly parts: readonly PartRow[]
  readonly truncated: boolean
}

export class Objects {
  readonly #metadata: MetadataStore
  readonly #judge: Judge | undefined

  constructor(made: { readonly metadata: MetadataStore; readonly judge?: Judge }) {
    this.#metadata = made.metadata
    this.#judge = made.judge
  }

  /** The current object of a key, or that version of it. Throws NoSuchKey, NoSuchVersion, MethodNotAllowed, InvalidArgument. */
  async find(bucket: BucketRow, key: string, versionId: string | undefined): Promise<FoundObject> {
    const found = await this.#get(bucket, key, versionId)
    if (!found.row.deleteMarker) return found
    if (versionId === undefined) throw new S3Error('NoSuchKey', { Key: key })
    throw new S3Error('MethodNotAllowed', { Method: 'GET', ResourceType: 'DeleteMarker' })
  }

  /** The same for the source of a copy. Throws InvalidRequest where the version is a delete marker. */
  async findSource(
    bucket: BucketRow,
    key: string,
    versionId: string | undefined,
  ): Promise<FoundObject> {
    const found = await this.#get(bucket, key, versionId)
    if (!found.row.deleteMarker) return found
    if (versionId === undefined) throw new S3Error('NoSuchKey', { Key: key })
    const sentence =
      'The source of a copy request may not specifically refer to a delete marker by version id.'
    throw new S3Error('InvalidRequest', {}, sentence)
  }

  /** What of an object goes out. Throws InvalidRequest, InvalidArgument, InvalidRange and InvalidPartNumber. */
  async slice(
    row: ObjectRow,
    asked: {
      readonly Range?: string | undefined
      readonly IfRange?: string | undefined
      readonly PartNumber?: number | undefined
    },
  ): Promise<Slice> {
    if (asked.PartNumber !== undefined) {
      if (asked.Range !== undefined) {
        throw new S3Error(
          'InvalidRequest',
          {},
          'Cannot specify both Range header and partNumber query parameter',
        )
      }
      return await this.#slicePart(row, asked.PartNumber)
    }
    const range = rangeApplies(asked.IfRange, row) ? asked.Range : undefined
    return sliceOf(row, parseRange(range, row.sizeBytes))
  }

  /**
   * Throws what `put` would throw with the object that is there now, so that a body is not asked for in vain. What others
   * write meanwhile is for `put` to judge.
   */
  async expect(bucket: BucketRow, key: string, condition: Condition): Promise<void> {
    if (isUnconditional(condition)) return
    const found = await this.#metadata.getObject(bucket.id, key, undefined)
    const etag = found === undefined || found.row.deleteMarker ? undefined : found.row.etag
    accepted(judge(condition, etag), { bucket: bucket.name, key })
  }

  /** Makes a row of durable bytes the current object. Throws PreconditionFailed, NoSuchKey (If-Match), NoSuchBucket. */
  async put(bucket: BucketRow, draft: Draft, condition: Condition): Promise<ObjectRow> {
    const object = { ...draft, bucket: bucket.id }
    return accepted(await this.#metadata.putObject(object, condition), {
      bucket: bucket.name,
      key: draft.key,
    })
  }

  /** The same for a second row of bytes that are there already; undefined when they were reclaimed since they were found. */
  async putCopy(
    bucket: BucketRow,
    draft: Draft,
    condition: Condition,
  ): Promise<ObjectRow | undefined> {
    const object = { ...draft, bucket: bucket.id }
    const about = { bucket: bucket.name, key: draft.key }
    return standing(await this.#metadata.putObject(object, condition), about)
  }

  /** Removes the current object if there is one. Throws PreconditionFailed, NoSuchKey (If-Match), InvalidArgument. */
  async remove(bucket: BucketRow, deletion: Deletion): Promise<void> {
    checkVersionIdIn(bucket, deletion.versionId)
    if (this.#judge !== undefined) return await this.#removeJudged(bucket, deletion, this.#judge)
    const condition = await this.#deleteCondition(bucket, deletion)
    const result = await this.#metadata.deleteObject(bucket.id, deletion.key, condition)
    accepted(result, { bucket: bucket.name, key: deletion.key })
  }

  /**
   * Changes attributes of an object, or of that version of it, in place. Throws what `find` throws, and OperationAborted for
   * an object that others never stop replacing.
   */
  async revise(
    bucket: BucketRow,
    { key, versionId }: Pick<Deletion, 'key' | 'versionId'>,
    changed: Partial<ObjectAttributes> | ((row: ObjectRow) => Partial<ObjectAttributes>),
  ): Promise<ObjectRow> {
    for (let attempt = 1; attempt <= revisionsMax; attempt++) {
      const { row } = await this.find(bucket, key, versionId)
      const change = typeof changed === 'function' ? changed(row) : changed
      const result = await this.#metadata.updateObject(row, change)
      // Refused, the object was replaced or removed since it was found: which of the two, the next look says.
      if (!isRefusal(result)) return result
    }
    throw new S3Error('OperationAborted')
  }

  /** False when the object was replaced, or its envelope, since it was found. */
  async replaceEnvelope(row: ObjectRow, from: Encryption, to: Encryption): Promise<boolean> {
    const { bucket, key, versionId } = row
    const at = { bucket, key, versionId }
    return !isRefusal(await this.#metadata.replaceEnvelope(at, from, to))
  }

  async list(query: ListQuery): Promise<ListPage<ListedObject>> {
    return await this.#metadata.listObjects(query)
  }

  /** Parts of an object by number, those after `after` only; none for an object that was put whole. */
  async parts(row: ObjectRow, after: number, max: number): Promise<PartPage> {
    if (row.locator.kind !== 'parts') return { parts: [], truncated: false }
    return await this.#metadata.objectParts(row.locator.content, after, max)
  }

  async #get(bucket: BucketRow, key: string, versionId: string | undefined): Promise<FoundObject> {
    checkVersionIdIn(bucket, versionId)
    const found = await this.#metadata.getObject(bucket.id, key, versionId)
    this.#judge?.object(found?.row)
    if (found !== undefined) return found
    if (versionId === undefined) throw new S3Error('NoSuchKey', { Key: key })
    throw new S3Error('NoSuchVersion', { Key: key, VersionId: versionId })
  }

  async #slicePart(row: ObjectRow, number: number): Promise<Slice> {
    checkPartNumber(number)
    if (row.locator.kind !== 'parts') {
      if (number !== 1) throw noSuchPart(number, 1)
      return sliceOf(row, row.sizeBytes === 0 ? undefined : wholeOf(row))
    }
    const { parts } = await this.#metadata.objectParts(row.locator.content, number - 1, 1)
    const [part] = parts
    if (part?.number !== number) throw noSuchPart(number, row.partCount)
    assert(part.offset + part.sizeBytes <= row.sizeBytes, 'a part lies inside its object')
    const range = { offset: part.offset, lengthBytes: part.sizeBytes }
    // An empty part, which may follow others, has no Content-Range that could name it; it is no bytes all the same.
    const named = part.sizeBytes === 0 ? undefined : contentRange(range, row.sizeBytes)
    return { ...range, contentRange: named, part }
  }

  /** The object that is removed is the one that was judged. Throws AccessDenied besides, and OperationAborted. */
  async #removeJudged(bucket: BucketRow, deletion: Deletion, judge: Judge): Promise<void> {
    const { key, versionId } = deletion
    const asked = await this.#deleteCondition(bucket, deletion)
    const found = await this.#metadata.getObject(bucket.id, key, versionId)
    if (found === undefined && asked.ifMatch === undefined) return
    if (found !== undefined && !found.row.deleteMarker) judge.remove(found.row)
    const condition = { ifMatch: asked.ifMatch ?? [found?.row.etag ?? ''] }
    const result = await this.#metadata.deleteObject(bucket.id, key, condition)
    if (isRefusal(result) && asked.ifMatch === undefined) throw new S3Error('OperationAborted')
    accepted(result, { bucket: bucket.name, key })
  }

  /**
   * Size and time are not among the store's conditions: they are read first, and the tag that was read with them is what
   * the store then insists on. In between only the very same bytes could have been put again.
   */
  async #deleteCondition(bucket: BucketRow, deletion: Deletion): Promise<Condition> {
    const { key, ifMatch, ifMatchLastModifiedTime, ifMatchSize } = deletion
    const asked = ifMatch === undefined ? {} : { ifMatch: parseEtags(ifMatch) }
    if (ifMatchLastModifiedTime === undefined && ifMatchSize === undefined) return asked
    const { row } = await this.find(bucket, key, deletion.versionId)
    if (
      ifMatchLastModifiedTime !== undefined &&
      seconds(row.modified) !== seconds(ifMatchLastModifiedTime.getTime())
    ) {
      throw new S3Error('PreconditionFailed', { Condition: 'x-amz-if-match-last-modified-time' })
    }
    if (ifMatchSize !== undefined && row.sizeBytes !== ifMatchSize) {
      throw new S3Error('PreconditionFailed', { Condition: 'x-amz-if-match-size' })
    }
    return ifMatch === undefined ? { ifMatch: [row.etag] } : asked
  }
}

/** All bytes of an object. */
export function wholeOf(row: ObjectRow): ByteRange {
  return { offset: 0, lengthBytes: row.sizeBytes }
}

/** Throws KeyTooLongError for a key that came in a document; those of an address were checked there. */
export function checkKeyLength(key: string): void {
  const sizeBytes = Buffer.byteLength(key)
  if (sizeBytes > keyBytesMax)
    throw new S3Error('KeyTooLongError', { Size: sizeBytes, MaxSizeAllowed: keyBytesMax })
}

function sliceOf(row: ObjectRow, range: ByteRange | undefined): Slice {
  if (range === undefined) return { ...wholeOf(row), contentRange: undefined, part: undefined }
  return { ...range, contentRange: contentRange(range, row.sizeBytes), part: undefined }
}

function noSuchPart(number: number, partCount: number): S3Error {
  return new S3Error('InvalidPartNumber', {
    PartNumberRequested: number,
    ActualPartCount: partCount,
  })
}

function seconds(instant: Instant): number {
  return Math.floor(instant / 1000)
}
