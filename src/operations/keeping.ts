/** Bytes that were made durable become an object or a part: a row names them, and from then on they stay. */
import type { Ingested } from '../payload/ingested.ts'
import type { BlobAbout } from '../stores/blobs/store.ts'
import type { ObjectAttributes, ObjectRow, PartRow, UploadRow } from '../stores/metadata/records.ts'
import type { Condition } from '../stores/metadata/store.ts'
import type { Service } from './service.ts'

export interface Keeping {
  readonly key: string
  /** Canonical id. */
  readonly owner: string
  readonly attributes: ObjectAttributes
  readonly condition: Condition
}

/** The current object of its key, in one piece. Throws PreconditionFailed, NoSuchKey (If-Match), NoSuchBucket. */
export async function keepObject(
  stored: Ingested,
  { key, owner, attributes, condition }: Keeping,
  s3: Service,
): Promise<ObjectRow> {
  const { etag, sizeBytes, locator, seal } = stored
  const modified = s3.now
  const draft = { key, owner, sizeBytes, etag, partCount: 0, locator, seal, modified, attributes }
  const row = await s3.objects.put(s3.bucket, draft, condition)
  stored.keep()
  return row
}

/** The part of that number; it replaces any earlier one. Throws NoSuchUpload. */
export async function keepPart(
  stored: Ingested,
  { upload, number }: PartOfUpload,
  s3: Service,
): Promise<PartRow> {
  const { etag, sizeBytes, checksums, locator, seal } = stored
  const runs = [{ sizeBytes, locator, seal }]
  const part = { number, etag, sizeBytes, modified: s3.now, checksums, runs }
  const row = await s3.uploads.putPart(upload, part)
  stored.keep()
  return row
}

export interface PartOfUpload {
  readonly upload: UploadRow
  /** 1 to 10,000. */
  readonly number: number
}

/** What the blob of an object says of itself: with its closing all that `keepObject` puts into the row. */
export function aboutObject(
  { key, owner, attributes }: Omit<Keeping, 'condition'>,
  s3: Service,
): BlobAbout {
  return { bucket: s3.bucket.name, key, createdMs: s3.now, owner, attributes }
}

/** What the blob of a part says of itself. */
export function aboutPart({ upload, number }: PartOfUpload, s3: Service): BlobAbout {
  const { key, uploadId, attributes, owner, initiator, initiated, checksum } = upload
  // For who rebuilds metadata from blobs: any part tells the whole of its upload.
  return {
    bucket: s3.bucket.name,
    key,
    createdMs: s3.now,
    uploadId,
    partNumber: number,
    upload: { owner, initiator, initiated, checksum },
    attributes,
  }
}
