/** The metadata seam over SQL: each method prepares what can be prepared, then hands one transaction to the writer, or reads. */
import type { BlobId, FileId } from '../../../base/ids.ts'
import type { Clock, Instant } from '../../../base/clock.ts'
import type { ByteRange } from '../../blobs/store.ts'
import type {
  BucketId,
  BucketRow,
  Encryption,
  ListedObject,
  ObjectAttributes,
  ObjectRow,
  PartRow,
  Receipt,
  Run,
  UploadRow,
} from '../records.ts'
import type {
  Completion,
  Condition,
  EnvelopeAt,
  EnvelopePage,
  FoundObject,
  ListPage,
  ListQuery,
  MetadataStore,
  NewObject,
  NewPart,
  PackMoves,
  Reclaimed,
  ReclaimEntry,
  Refusal,
  UploadQuery,
} from '../store.ts'
import { isRefusal } from '../store.ts'
import { BucketCache } from './bucket-cache.ts'
import type { BucketsQuery, NewBucket } from './buckets.ts'
import { getBucket, listBuckets } from './buckets.ts'
import { getReceipt, prepareCompletion } from './completion.ts'
import type { Connection } from './connection.ts'
import { listEnvelopes } from './envelopes.ts'
import { listObjects, listUploads } from './listing.ts'
import { placed, readSmall } from './locators.ts'
import { writtenRow } from './object-rows.ts'
import { ObjectCache } from './object-cache.ts'
import { getObject, prepareObject } from './objects.ts'
import { listParts, objectParts, objectRuns, preparePart } from './parts.ts'
import { isPinned } from './pins.ts'
import { claimReclaim } from './reclaim.ts'
import { referencedFiles } from './references.ts'
import type { Writer } from './transactions.ts'
import { draftUpload } from './upload-rows.ts'
import { getUpload } from './uploads.ts'

export interface Parts {
  readonly reader: Connection
  readonly writer: Writer
  readonly epoch: number
  readonly clock: Clock
  /** Of a store whose database others write too; whoever hands it over tells it of their writes. */
  readonly buckets?: BucketCache
  /** Called last, when the store is closed. */
  readonly release: () => void
}

export class SqlMetadata implements MetadataStore {
  readonly epoch: number
  readonly #reader: Connection
  readonly #writer: Writer
  readonly #clock: Clock
  readonly #release: () => void
  readonly #buckets: BucketCache
  /** Absent where others write the database too. */
  readonly #objects: ObjectCache | undefined
  #isClosed = false

  constructor(parts: Parts) {
    this.epoch = parts.epoch
    this.#reader = parts.reader
    this.#buckets = parts.buckets ?? new BucketCache()
    this.#objects = parts.buckets === undefined ? new ObjectCache() : undefined
    const writer = this.#buckets.watching(parts.writer)
    this.#writer = this.#objects?.watching(writer) ?? writer
    this.#clock = parts.clock
    this.#release = parts.release
  }

  get failure(): Error | undefined {
    return this.#writer.failure
  }

  async createBucket(bucket: NewBucket): Promise<BucketRow | Refusal> {
    return this.#writer.write('createBucket', bucket)
  }

  async getBucket(name: string): Promise<BucketRow | undefined> {
    const db = this.#db
    return this.#buckets.get(name, () => getBucket(db, name))
  }

  async listBuckets(
    query: BucketsQuery,
  ): Promise<{ buckets: readonly BucketRow[]; truncated: boolean }> {
    return listBuckets(this.#db, query)
  }

  async deleteBucket(id: BucketId): Promise<undefined | Refusal> {
    return this.#writer.write('deleteBucket', { id, now: this.#clock.now() })
  }

  async setBucketConfiguration(
    id: BucketId,
    name: string,
    value: unknown,
  ): Promise<undefined | Refusal> {
    return this.#writer.write('setBucketConfiguration', { id, name, value })
  }

  async getObject(
    bucket: BucketId,
    key: string,
    versionId?: string,
  ): Promise<FoundObject | undefined> {
    const db = this.#db
    const name = { bucket, key, versionId }
    if (versionId !== undefined || this.#objects === undefined) return getObject(db, name)
    return this.#objects.get(name, () => getObject(db, name))
  }

  async putObject(object: NewObject, condition: Condition): Promise<ObjectRow | Refusal> {
    const write = prepareObject(object, condition, this.#clock.now())
    const answer = await this.#writer.write('putObject', write)
    return isRefusal(answer) ? answer : writtenRow(object, placed(object.locator, answer))
  }

  async deleteObject(
    bucket: BucketId,
    key: string,
    condition: Condition,
  ): Promise<undefined | Refusal> {
    return this.#writer.write('deleteObject', { bucket, key, condition, now: this.#clock.now() })
  }

  async updateObject(
    row: ObjectRow,
    changed: Partial<ObjectAttributes>,
  ): Promise<ObjectRow | Refusal> {
    return this.#writer.write('updateObject', { row, changed })
  }

  async listEnvelopes(after: string | undefined, max: number): Promise<EnvelopePage> {
    return listEnvelopes(this.#db, after, max)
  }

  async replaceEnvelope(
    at: EnvelopeAt,
    from: Encryption,
    to: Encryption,
  ): Promise<undefined | Refusal> {
    return this.#writer.write('replaceEnvelope', { at, from, to })
  }

  async listObjects(query: ListQuery): Promise<ListPage<ListedObject>> {
    return listObjects(this.#db, query)
  }

  async objectParts(
    content: number,
    after: number,
    max: number,
  ): ReturnType<MetadataStore['objectParts']> {
    return objectParts(this.#db, content, after, max)
  }

  async objectRuns(
    content: number,
    range: ByteRange,
    max: number,
  ): Promise<ReadonlyArray<Run & { readonly start: number }>> {
    return objectRuns(this.#db, content, range, max)
  }

  async inlineBytes(row: number): Promise<Uint8Array | undefined> {
    return readSmall(this.#db, row)
  }

  async createUpload(upload: Omit<UploadRow, 'content'>): Promise<UploadRow | Refusal> {
    const { uploadId, bucket, key } = upload
    const record = draftUpload(upload)
    const answer = await this.#writer.write('createUpload', { uploadId, bucket, key, record })
    return isRefusal(answer) ? answer : { ...upload, content: answer }
  }

  async getUpload(uploadId: string): Promise<UploadRow | undefined> {
    return getUpload(this.#db, uploadId)
  }

  async putPart(uploadId: string, part: NewPart): Promise<PartRow | Refusal> {
    const write = preparePart(uploadId, part, this.#clock.now())
    const answer = await this.#writer.write('putPart', write)
    if (isRefusal(answer)) return answer
    const { number, sizeBytes, etag, modified, checksums } = part
    return { number, sizeBytes, etag, modified, checksums, revision: answer }
  }

  async listParts(
    uploadId: string,
    after: number,
    max: number,
  ): Promise<{ parts: readonly PartRow[]; truncated: boolean }> {
    return listParts(this.#db, uploadId, after, max)
  }

  async listUploads(query: UploadQuery): Promise<ListPage<UploadRow>> {
    return listUploads(this.#db, query)
  }

  async abortUpload(uploadId: string): Promise<undefined | Refusal> {
    return this.#writer.write('abortUpload', { uploadId, now: this.#clock.now() })
  }

  async completeUpload(completion: Completion): Promise<ObjectRow | Refusal> {
    const write = prepareCompletion(completion, this.#clock.now())
    const answer = await this.#writer.write('completeUpload', write)
    if (isRefusal(answer)) return answer
    return writtenRow({ ...completion.object, ...answer }, answer.locator)
  }

  async getReceipt(uploadId: string): Promise<Receipt | undefined> {
    return getReceipt(this.#db, uploadId)
  }

  async expireReceipts(before: Instant): Promise<number> {
    return this.#writer.write('expireReceipts', before)
  }

  async claimReclaim(before: Instant, max: number): Promise<readonly ReclaimEntry[]> {
    return isPinned(this.#db, this.#clock.now()) ? [] : claimReclaim(this.#db, before, max)
  }

  async finishReclaim(
    entries: readonly ReclaimEntry[],
    held: readonly FileId[] = [],
  ): Promise<Reclaimed> {
    const ids = entries.map((entry) => entry.id)
    return this.#writer.write('finishReclaim', { ids, held, now: this.#clock.now() })
  }

  async filesRemoved(files: readonly FileId[]): Promise<void> {
    return this.#writer.write('filesRemoved', files)
  }

  async settlePack(file: FileId, moves: PackMoves): Promise<void> {
    return this.#writer.write('settlePack', { file, moves, now: this.#clock.now() })
  }

  async abandonBytes(blob: BlobId): Promise<void> {
    return this.#writer.write('abandonBytes', { blob, now: this.#clock.now() })
  }

  async referenced(files: readonly FileId[]): Promise<ReadonlySet<FileId>> {
    return this.#db.snapshot(() => referencedFiles(this.#db, files))
  }

  /** The reader goes first: the last connection to leave empties the WAL and takes it away, and a reader may not. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#isClosed) return
    this.#isClosed = true
    const closed = this.#writer.close()
    this.#reader.close()
    await closed
    this.#release()
  }

  /** Reads fail as soon as writes do: what a failed commit left is not known. */
  get #db(): Connection {
    if (this.#writer.failure !== undefined) throw this.#writer.failure
    return this.#reader
  }
}
