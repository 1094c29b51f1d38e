/**
 * The metadata seam: semantic calls, each of them one transaction.
 *
 * Contract (test/contracts/metadata-store.ts runs it on every engine):
 * 1. All or nothing; conditions are evaluated inside the transaction; linearizable per key; what has resolved is
 *    durable and visible to the next read and the next listing on every thread.
 * 2. Keys are Unicode without NUL, ordered by their UTF-8 bytes. A delimiter page costs O(results), never O(keys skipped).
 * 3. What the data says is answered as a value (`Refusal`), what the engine says is thrown.
 * 4. Bytes leave only through the reclaim queue, written in the transaction that unlinks them. References are rows.
 * 5. `deleteBucket` and any write into the bucket exclude each other.
 * 6. After a failed commit no call resolves any more (decision 9: the process ends).
 */
import type { BlobId, FileId } from '../../base/ids.ts'
import type { Instant } from '../../base/clock.ts'
import type { ByteRange } from '../blobs/store.ts'
import type {
  BucketAttributes,
  BucketId,
  BucketRow,
  Encryption,
  ListedObject,
  NewLocator,
  ObjectAttributes,
  ObjectRow,
  PartRow,
  Receipt,
  Run,
  RunSeal,
  UploadRow,
} from './records.ts'

/** A call that the data does not allow: nothing was changed. */
export interface Refusal {
  readonly refused:
    | 'bucket-exists'
    | 'bucket-missing'
    | 'bucket-not-empty'
    | 'object-missing'
    /** A copy names bytes that were reclaimed since it read its source: read that again. */
    | 'bytes-missing'
    | 'condition-failed'
    | 'upload-missing'
    /** A part of the list was replaced or removed between reading and completing: read again. */
    | 'parts-changed'
  /** The bucket that is in the way of `bucket-exists`; the failed header for `condition-failed`. */
  readonly owner?: string
  readonly condition?: 'If-Match' | 'If-None-Match'
}

export function isRefusal(result: unknown): result is Refusal {
  return typeof result === 'object' && result !== null && 'refused' in result
}

/** What the current object of a key must be, judged inside the transaction. ETags without quotes; '*' is any. */
export interface Condition {
  /** `object-missing` when there is no object, `condition-failed` when its ETag is none of these. */
  readonly ifMatch?: readonly string[]
  /** `condition-failed` when there is an object with one of these ETags. */
  readonly ifNoneMatch?: readonly string[]
}

export interface NewObject {
  readonly bucket: BucketId
  readonly key: string
  readonly owner: string
  readonly sizeBytes: number
  readonly etag: string
  readonly modified: Instant
  readonly partCount: number
  readonly locator: NewLocator
  readonly seal?: RunSeal | undefined
  readonly attributes: ObjectAttributes
}

export interface ListQuery {
  readonly bucket: BucketId
  readonly prefix: string
  /** '' lists flat. */
  readonly delimiter: string
  /** First key that may appear; '' from the beginning. */
  readonly from: string
  /** `from` itself is left out; when it is a common prefix of this listing, so is everything that it stands for. */
  readonly exclusive: boolean
  readonly max: number
}

export interface ListPage<Row> {
  /** In order; a common prefix stands where its first key would. */
  readonly entries: ReadonlyArray<{ readonly row: Row } | { readonly commonPrefix: string }>
  readonly truncated: boolean
}

export interface MetadataStore extends AsyncDisposable {
  /** A number for this life of the process, greater than every earlier one; durable. */
  readonly epoch: number
  /** Why no call resolves any more. Whether a call that it rejected had been made durable is then not known. */
  readonly failure: Error | undefined

  createBucket(bucket: {
    name: string
    owner: string
    created: Instant
    attributes: BucketAttributes
  }): Promise<BucketRow | Refusal>
  getBucket(name: string): Promise<BucketRow | undefined>
  /** Buckets of one owner by name (UTF-8 order), those after `after` only. */
  listBuckets(query: {
    owner: string
    prefix: string
    after: string
    max: number
  }): Promise<{ buckets: readonly BucketRow[]; truncated: boolean }>
  /** Neither objects nor open uploads may be left: `bucket-not-empty` counts objects only, open uploads go to reclaim (as S3 does). */
  deleteBucket(id: BucketId): Promise<undefined | Refusal>
  /** Replaces one configuration of a bucket; undefined removes it. */
  setBucketConfiguration(id: BucketId, name: string, value: unknown): Promise<undefined | Refusal>

  /** The current object (`versionId` undefined) or that version, with its inline bytes if it has any. */
  getObject(bucket: BucketId, key: string, versionId?: string): Promise<FoundObject | undefined>
  putObject(object: NewObject, condition: Condition): Promise<ObjectRow | Refusal>
  /** Idempotent: no object is no refusal, unless the condition asks for one. */
  deleteObject(bucket: BucketId, key: string, condition: Condition): Promise<undefined | Refusal>
  /**
   * Replaces those attributes of one version in place that `changed` has: tags, retention, ACL. Two changes of different
   * attributes never undo each other. `object-missing` when `etag`+`modified` is no longer there.
   */
  updateObject(row: ObjectRow, changed: Partial<ObjectAttributes>): Promise<ObjectRow | Refusal>
  /** Replaces the attributes of one version in place: tags, retention. `object-missing` when `etag`+`modified` is no longer there. */
  updateObject(row: ObjectRow, attributes: ObjectAttributes): Promise<ObjectRow | Refusal>
  /**
   * Envelopes of encrypted objects, versions and open uploads, from the one after `after` on, in an order of the store's own;
   * `max` bounds the rows looked at, so a page may be empty and not the last. What is written meanwhile may be missed.
   */
  listEnvelopes(after: string | undefined, max: number): Promise<EnvelopePage>
  /** Replaces an envelope and nothing else. `object-missing`, `upload-missing` when `from` is no longer there. */
  replaceEnvelope(at: EnvelopeAt, from: Encryption, to: Encryption): Promise<undefined | Refusal>
  listObjects(query: ListQuery): Promise<ListPage<ListedObject>>

  /** Parts of a completed object by number, those after `after` only. */
  objectParts(
    content: number,
    after: number,
    max: number,
  ): Promise<{ parts: ReadonlyArray<PartRow & { readonly offset: number }>; truncated: boolean }>
  /** The first runs of a completed object that hold bytes of `range`, in order; `start` is the object offset of each run's first byte. */
  objectRuns(
    content: number,
    range: ByteRange,
    max: number,
  ): Promise<ReadonlyArray<Run & { readonly start: number }>>
  /** Bytes of the table of small bytes; undefined when they were reclaimed. */
  inlineBytes(row: number): Promise<Uint8Array | undefined>

  createUpload(upload: Omit<UploadRow, 'content'>): Promise<UploadRow | Refusal>
  /** Open uploads only. */
  getUpload(uploadId: string): Promise<UploadRow | undefined>
  /** Replaces the part of that number; what it replaced goes to reclaim. */
  putPart(uploadId: string, part: NewPart): Promise<PartRow | Refusal>
  listParts(
    uploadId: string,
    after: number,
    max: number,
  ): Promise<{ parts: readonly PartRow[]; truncated: boolean }>
  /** Open uploads of a bucket by key, then by upload id (which is by age). */
  listUploads(query: UploadQuery): Promise<ListPage<UploadRow>>
  abortUpload(uploadId: string): Promise<undefined | Refusal>
  /** Makes the listed parts one object, in this order; parts not listed go to reclaim; leaves the receipt. */
  completeUpload(completion: Completion): Promise<ObjectRow | Refusal>
  getReceipt(uploadId: string): Promise<Receipt | undefined>
  /** Forgets receipts older than `before`. */
  expireReceipts(before: Instant): Promise<number>

  /** Takes up to `max` entries that were unlinked before `before`; each is handed out until `finishReclaim` names it. */
  claimReclaim(before: Instant, max: number): Promise<readonly ReclaimEntry[]>
  /**
   * Forgets what no row references any more, and answers the files that thereby lost their last reference, checked
   * inside this transaction. Their entries stay until `filesRemoved` says that the bytes are gone. Of packs those that somebody
   * holds are named: they are not given up. No other entry needs that, for its holder was asked before.
   */
  finishReclaim(entries: readonly ReclaimEntry[], held?: readonly FileId[]): Promise<Reclaimed>
  filesRemoved(files: readonly FileId[]): Promise<void>
  /**
   * What was given up of a thinned pack was struck from it, and waits for the file from now on. Blobs that moved lie elsewhere: all rows
   * that name them follow, in one transaction, and the old place goes to reclaim. What is not named any more is not
   * followed by anybody, and its new place goes to reclaim instead.
   */
  settlePack(file: FileId, moves: PackMoves): Promise<void>
  /** Bytes in a pack for a row that was refused go to reclaim: the pack may have to stay. */
  abandonBytes(blob: BlobId): Promise<void>
  /** Those of these files of which some row still names a blob, the queue included: what is left is garbage of an earlier life. */
  referenced(files: readonly FileId[]): Promise<ReadonlySet<FileId>>
}

/** What reclaim may take away, and what it has to do before more can go. */
export interface Reclaimed {
  /** Of one blob each. */
  readonly freed: readonly FileId[]
  readonly freedPacks: readonly FreedPack[]
  readonly thinned: readonly ThinnedPack[]
}

/** No row names a blob of it. */
export interface FreedPack {
  readonly file: FileId
  /** That rows named once. What else lies there never had a row; or an index lacks it, which is damage. */
  readonly givenUp: readonly BlobId[]
}

/** Some blobs of it are given up, others are not. Handed out until `settlePack` is told of it. */
export interface ThinnedPack {
  readonly file: FileId
  /** Since it was settled last. */
  readonly givenUp: readonly BlobId[]
  /** All that is left of it, where more is given up. */
  readonly toMove: readonly BlobId[]
}

export type PackMoves = ReadonlyArray<{ readonly from: BlobId; readonly to: BlobId }>

/** Whose envelope. */
export type EnvelopeAt =
  | { readonly bucket: BucketId; readonly key: string; readonly versionId: string }
  | { readonly uploadId: string }

export interface EnvelopePage {
  readonly envelopes: ReadonlyArray<{
    readonly at: EnvelopeAt
    /** Name of the bucket. */
    readonly bucket: string
    readonly key: string
    readonly encryption: Encryption
  }>
  /** Rows that cannot be read, and may have an envelope. */
  readonly damaged: number
  /** Goes on from here; undefined at the end. */
  readonly next: string | undefined
}

export interface FoundObject {
  readonly row: ObjectRow
  /** Present when the locator is inline. */
  readonly bytes: Uint8Array | undefined
}

export interface NewPart {
  readonly number: number
  readonly etag: string
  readonly sizeBytes: number
  readonly modified: Instant
  readonly checksums: Readonly<Record<string, string>>
  /** In order. Each names bytes that are durable, or brings small bytes along. */
  readonly runs: ReadonlyArray<{
    readonly sizeBytes: number
    readonly locator: Exclude<NewLocator, { kind: 'parts' }>
    readonly seal?: RunSeal | undefined
  }>
}

export interface UploadQuery extends Omit<ListQuery, 'exclusive'> {
  /** With `from` as its key: the upload after which to go on; undefined goes on after every upload of that key. */
  readonly afterUploadId: string | undefined
  /** `from` itself is left out, when no `afterUploadId` says where in it to go on. */
  readonly exclusive: boolean
}

export interface Completion {
  readonly uploadId: string
  readonly parts: ReadonlyArray<{ readonly number: number; readonly revision: number }>
  /** Size and part count follow from the parts; the locator is the upload's content. */
  readonly object: Omit<NewObject, 'locator' | 'sizeBytes' | 'partCount'>
  readonly condition: Condition
  readonly receipt: { readonly requestHash: string; readonly answer: unknown }
}

export interface ReclaimEntry {
  readonly id: number
  readonly locator: NewLocator
}
