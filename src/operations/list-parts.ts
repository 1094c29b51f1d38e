/** ListParts: what has arrived of an open upload, by number, a page at a time. */
import { readingKey } from '../domain/customer-keys.ts'
import { checkKeyOfChecksums, checksumsNeedKey } from '../domain/encrypted-uploads.ts'
import { quoted } from '../domain/etags.ts'
import { pageSize } from '../domain/listing.ts'
import { expectBucketOwner, ownerOf } from '../domain/owners.ts'
import { ownerIn } from '../domain/ownership.ts'
import { listedChecksum, partNumberMarker } from '../domain/parts.ts'
import { wholeSeconds } from '../domain/times.ts'
import type { ListPartsInput, ListPartsOutput, Part } from '../model/types.gen.ts'
import type { PartRow, UploadRow } from '../stores/metadata/records.ts'
import type { Service } from './service.ts'

/** Throws NoSuchUpload, InvalidArgument, and InvalidRequest without the customer's key that checksums need. */
export async function listParts(input: ListPartsInput, s3: Service): Promise<ListPartsOutput> {
  expectBucketOwner(input.ExpectedBucketOwner, s3.bucket, s3)
  const max = pageSize('max-parts', input.MaxParts)
  const after = partNumberMarker(input.PartNumberMarker)
  const upload = await s3.uploads.open(s3.bucket, input)
  checkKeyOfChecksums(readingKey(input, s3), upload, checksumsNeedKey)
  const page = await s3.uploads.parts(upload, after, max)
  return {
    Bucket: s3.bucket.name,
    Key: upload.key,
    UploadId: upload.uploadId,
    Initiator: ownerOf(upload.initiator, s3),
    Owner: ownerOf(ownerIn(s3.bucket, upload), s3),
    StorageClass: upload.attributes.storageClass,
    PartNumberMarker: String(after),
    NextPartNumberMarker: String(page.parts.at(-1)?.number ?? 0),
    MaxParts: max,
    IsTruncated: page.truncated && max > 0,
    ChecksumAlgorithm: upload.checksum?.algorithm,
    ChecksumType: upload.checksum?.type,
    Parts: page.parts.map((part) => partEntry(upload, part)),
  }
}

function partEntry(upload: UploadRow, part: PartRow): Part {
  return {
    PartNumber: part.number,
    LastModified: wholeSeconds(part.modified),
    ETag: quoted(part.etag),
    Size: part.sizeBytes,
    ...listedChecksum(upload, part),
  }
}
