/** UploadPart: keeps one numbered part of an open upload; it replaces any earlier part of that number. */
import { uploadSizeBytesMax } from '../base/limits.ts'
import { namedClass } from '../domain/attributes.ts'
import { encryptionAnswer } from '../domain/encryption-answer.ts'
import { quoted } from '../domain/etags.ts'
import { expectBucketOwner } from '../domain/owners.ts'
import { checkPartChecksum, checkPartNumber, checksumMembers } from '../domain/parts.ts'
import type { UploadPartInput, UploadPartOutput } from '../model/types.gen.ts'
import { declaredDigests } from '../payload/declared.ts'
import type { IngestPlan } from '../payload/ingest.ts'
import type { UploadRow } from '../stores/metadata/records.ts'
import { uploadDataKey } from './data-keys.ts'
import { aboutPart, keepPart } from './keeping.ts'
import type { Service } from './service.ts'

/**
 * Everything that can be refused without the body is refused before its first byte is read, for reading it is what sends
 * `100 Continue`. Throws InvalidArgument, NoSuchUpload, InvalidRequest, InvalidDigest, and what uploadDataKey and ingest throw.
 */
export async function uploadPart(input: UploadPartInput, s3: Service): Promise<UploadPartOutput> {
  expectBucketOwner(input.ExpectedBucketOwner, s3.bucket, s3)
  checkPartNumber(input.PartNumber)
  const upload = await s3.uploads.open(s3.bucket, input)
  await s3.uploads.checkPartSize(upload, input.PartNumber, input.Body.lengthBytes)
  const plan = partPlan(input, upload, s3)
  const dataKey = await uploadDataKey(upload, input, s3)
  await using stored = await s3.ingest(input.Body, { ...plan, dataKey })
  const { etag, checksums } = await keepPart(stored, { upload, number: input.PartNumber }, s3)
  // The checksum that was verified, or that the upload asked for; never the default one, which nobody asked for (row 30).
  return {
    ETag: quoted(etag),
    ...checksumMembers(stored.verified ?? upload.checksum?.algorithm, checksums),
    ...encryptionAnswer(upload.attributes.encryption),
    ...namedClass(upload.attributes),
  }
}

/** What is to be verified, computed and said of the part. */
function partPlan(input: UploadPartInput, upload: UploadRow, s3: Service): IngestPlan {
  const declared = declaredDigests(input, input.Body)
  checkPartChecksum(upload, declared.checksum?.algorithm ?? declared.trailer?.algorithm)
  const algorithm = s3.uploads.partAlgorithm(upload)
  return {
    declared,
    compute: algorithm === undefined ? [] : [algorithm],
    sizeBytesMax: uploadSizeBytesMax,
    about: aboutPart({ upload, number: input.PartNumber }, s3),
  }
}
