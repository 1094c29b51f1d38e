/**
 * Uploads: from CreateMultipartUpload to Complete or Abort. An upload is a row; its parts are rows that point at immutable
 * bytes; every change is one transaction of the metadata store, so there is no moment at which half of it shows.
 */
import { partSizeBytesMin } from '../base/limits.ts'
import type { Chance } from '../base/chance.ts'
import type { Instant } from '../base/clock.ts'
import type { Account } from '../identity/account.ts'
import { S3Error } from '../model/errors.ts'
import type { ChecksumAlgorithm } from '../payload/checksums/algorithms.ts'
import type { BucketRow, ObjectAttributes, PartRow, UploadRow } from '../stores/metadata/records.ts'
import type {
  FoundObject,
  ListPage,
  MetadataStore,
  NewPart,
  UploadQuery,
} from '../stores/metadata/store.ts'
import type { PartDigests } from './completed-checksum.ts'
import { completeUpload, type Completed, type CompletionRequest } from './completion.ts'
import type { Judge } from './judge.ts'
import { copiedPart, type CopiedPart, knownWholeChecksum, type Stretch } from './copied-part.ts'
import { partAlgorithm } from './parts.ts'
import { accepted, standing } from './refusals.ts'
import type { Settings } from './settings.ts'
import type { UploadChecksum } from './upload-checksum.ts'
import { UploadIds, uploadIdOf } from './upload-ids.ts'

export interface UploadsParts {
  readonly metadata: MetadataStore
  readonly settings: Settings
  readonly chance: Chance
  readonly digests: PartDigests
  readonly judge?: Judge | undefined
}

export interface NewUpload {
  readonly bucket: BucketRow
  readonly key: string
  /** Canonical id of the account that will own the object. */
  readonly owner: string
  readonly initiator: Account
  readonly now: Instant
  readonly checksum: UploadChecksum | undefined
  readonly attributes: ObjectAttributes
}

export class Uploads {
  readonly #made: UploadsParts
  readonly #ids: UploadIds

  constructor(made: UploadsParts, ids: UploadIds = new UploadIds(made.chance)) {
    this.#made = made
    this.#ids = ids
  }

  /** The same uploads for a request that may not touch each of them. */
  judgedBy(judge: Judge): Uploads {
    return new Uploads({ ...this.#made, judge }, this.#ids)
  }

  /** Begins an upload. Throws NoSuchBucket when the bucket was deleted meanwhile. */
  async create(upload: NewUpload): Promise<UploadRow> {
    const { bucket, key, owner, now, checksum, attributes } = upload
    const result = await this.#made.metadata.createUpload({
      uploadId: this.#ids.next(now),
      bucket: bucket.id,
      key,
      owner,
      initiator: upload.initiator.canonicalId,
      initiated: now,
      checksum,
      attributes,
    })
    return accepted(result, { bucket: bucket.name, key })
  }

  /** The open upload of that id in that bucket and for that key (row 5). Throws NoSuchUpload, AccessDenied. */
  async open(
    bucket: BucketRow,
    input: { readonly Key: string; readonly UploadId: string },
  ): Promise<UploadRow> {
    const upload = await this.#find(bucket, input)
    this.#made.judge?.upload(upload)
    if (upload === undefined) throw new S3Error('NoSuchUpload', { UploadId: input.UploadId })
    return upload
  }

  /** The algorithm that each part of this upload is hashed with, whatever its sender says. */
  partAlgorithm(upload: UploadRow): ChecksumAlgorithm | undefined {
    return partAlgorithm(upload, this.#made.settings)
  }

  /**
   * A part of less than 5 MiB can only be the last. Where the dialect judges that here, and a later part is there already,
   * it throws EntityTooSmall; everywhere else CompleteMultipartUpload judges it. `sizeBytes` is undefined when not declared.
   */
  async checkPartSize(
    upload: UploadRow,
    number: number,
    sizeBytes: number | undefined,
  ): Promise<void> {
    const judged = this.#made.settings.dialect?.refusesSmallParts === true
    if (!judged || sizeBytes === undefined || sizeBytes >= partSizeBytesMin) return
    const { parts: later } = await this.parts(upload, number, 1)
    if (later.length === 0) return
    const sizes = { ProposedSize: sizeBytes, MinSizeAllowed: partSizeBytesMin }
    throw new S3Error('EntityTooSmall', { ...sizes, PartNumber: number })
  }

  /** Shows a part whose bytes are durable; it replaces any of its number (row 6). Throws NoSuchUpload (row 48). */
  async putPart(upload: UploadRow, part: NewPart): Promise<PartRow> {
    const { uploadId } = upload
    return accepted(await this.#made.metadata.putPart(uploadId, part), { uploadId })
  }

  /** The same for a part made of bytes of an object; undefined when these were reclaimed since it was found. */
  async putCopiedPart(upload: UploadRow, part: NewPart): Promise<PartRow | undefined> {
    const { uploadId } = upload
    return standing(await this.#made.metadata.putPart(uploadId, part), { uploadId })
  }

  /** A part made of bytes of an object, with its checksum for this upload where that is known. */
  copiedPart(upload: UploadRow, stretch: Stretch): Promise<CopiedPart> {
    return copiedPart(this.#made, stretch, this.partAlgorithm(upload))
  }

  /** The checksum of a whole object, in base64, as far as it or its parts know it: no byte is read. */
  knownChecksum(found: FoundObject, algorithm: ChecksumAlgorithm): Promise<string | undefined> {
    return knownWholeChecksum(this.#made, found, algorithm)
  }

  /** See completeUpload for what it throws; AccessDenied for an upload of somebody else's. */
  async complete(request: CompletionRequest): Promise<Completed> {
    const { judge } = this.#made
    if (judge !== undefined) {
      const named = { Key: request.key, UploadId: request.uploadId }
      judge.upload(await this.#find(request.bucket, named))
    }
    return completeUpload(this.#made, { ...request, uploadId: uploadIdOf(request.uploadId) })
  }

  /** Ends the upload; its bytes go to reclaim. Throws NoSuchUpload when somebody was faster. */
  async abort(upload: UploadRow): Promise<void> {
    const { uploadId } = upload
    accepted(await this.#made.metadata.abortUpload(uploadId), { uploadId })
  }

  /** Parts by number, those after `after` only. */
  parts(
    upload: UploadRow,
    after: number,
    max: number,
  ): Promise<{ readonly parts: readonly PartRow[]; readonly truncated: boolean }> {
    return this.#made.metadata.listParts(upload.uploadId, after, max)
  }

  /** Open uploads of a bucket by key, then by age. */
  list(query: UploadQuery): Promise<ListPage<UploadRow>> {
    return this.#made.metadata.listUploads(query)
  }

  async #find(
    bucket: BucketRow,
    input: { readonly Key: string; readonly UploadId: string },
  ): Promise<UploadRow | undefined> {
    const upload = await this.#made.metadata.getUpload(uploadIdOf(input.UploadId))
    return upload?.bucket === bucket.id && upload.key === input.Key ? upload : undefined
  }
}
