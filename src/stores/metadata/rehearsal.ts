/**
 * An open upload with its parts, in a store in memory that nobody else sees: on it a CompleteMultipartUpload is rehearsed, so that
 * the first one in earnest meets compiled code (docs/decisions/0024-rehearsal.md).
 */
import { blobId } from '../../base/ids.ts'
import { partSizeBytesMin } from '../../base/limits.ts'
import { openMemoryMetadata } from './memory.ts'
import type { BucketRow, PartRow, UploadRow } from './records.ts'
import { restoreAttributes } from './sql/attributes.ts'
import { isRefusal, type MetadataStore, type NewPart, type Refusal } from './store.ts'

/** More of them gained nothing that could be measured: it is the first run of each function that costs. */
const partCount = 32

export interface OpenUpload extends AsyncDisposable {
  readonly metadata: MetadataStore
  readonly bucket: BucketRow
  readonly upload: UploadRow
  readonly parts: readonly PartRow[]
}

const owner = 'a'.repeat(64)
const attributes = restoreAttributes({})

/** Disposed, the store is gone. */
export async function openUpload(): Promise<OpenUpload> {
  const metadata = openMemoryMetadata()
  const kept = { region: 'us-east-1', configurations: {} }
  const row = {
    name: 'rehearsal',
    owner,
    created: 0,
    versioning: 'never',
    attributes: kept,
  } as const
  const bucket = made(await metadata.createBucket(row))
  const named = { uploadId: 'rehearsal', bucket: bucket.id, key: 'rehearsal' }
  const begun = { ...named, owner, initiator: owner, initiated: 0, checksum: undefined, attributes }
  const upload = made(await metadata.createUpload(begun))
  const parts: PartRow[] = []
  for (let number = 1; number <= partCount; number++) {
    parts.push(made(await metadata.putPart(upload.uploadId, partOf(number))))
  }
  return {
    metadata,
    bucket,
    upload,
    parts,
    [Symbol.asyncDispose]: () => metadata[Symbol.asyncDispose](),
  }
}

function partOf(number: number): NewPart {
  const etag = number.toString(16).padStart(32, '0')
  const sizeBytes = partSizeBytesMin
  const locator = { kind: 'blob', blob: blobId(etag), offset: 0 } as const
  const checksums = { CRC64NVME: Buffer.alloc(8, number).toString('base64') }
  return { number, etag, sizeBytes, modified: 0, checksums, runs: [{ sizeBytes, locator }] }
}

function made<Row>(row: Row | Refusal): Row {
  if (isRefusal(row)) throw new Error(`the rehearsal was refused: ${row.refused}`)
  return row
}

/** What the writer of a store does of a CompleteMultipartUpload, which is all that its thread ever runs of it. */
export async function rehearseWriting(): Promise<void> {
  await using open = await openUpload()
  const { upload, parts, metadata } = open
  const { uploadId, bucket, key } = upload
  const object = { bucket, key, owner, etag: 'a'.repeat(32), modified: 0, attributes }
  const receipt = { requestHash: 'a'.repeat(64), answer: null }
  made(await metadata.completeUpload({ uploadId, parts, object, condition: {}, receipt }))
}
