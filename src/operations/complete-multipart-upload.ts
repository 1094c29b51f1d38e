/** CompleteMultipartUpload: the listed parts become one object in one commit; asking again gets the same answer. */
import { authorizeEncryption } from '../access/encryption.ts'
import { checksumText, wholeChecksums } from '../domain/completed-checksum.ts'
import type { Completed } from '../domain/completion.ts'
import { writingKey } from '../domain/customer-keys.ts'
import { quoted } from '../domain/etags.ts'
import { expectBucketOwner } from '../domain/owners.ts'
import { listedParts } from '../domain/part-list.ts'
import { checksumMembers, type ChecksumMembers } from '../domain/parts.ts'
import { writeCondition } from '../domain/preconditions.ts'
import { checksumType } from '../domain/upload-checksum.ts'
import { S3Error } from '../model/errors.ts'
import type {
  CompleteMultipartUploadInput,
  CompleteMultipartUploadOutput,
} from '../model/types.gen.ts'
import type { Service } from './service.ts'

/** Throws MalformedXML, InvalidArgument and InvalidEncryptionAlgorithmError for the form of the request, and what completeUpload throws. */
export async function completeMultipartUpload(
  input: CompleteMultipartUploadInput,
  s3: Service,
): Promise<CompleteMultipartUploadOutput> {
  expectBucketOwner(input.ExpectedBucketOwner, s3.bucket, s3)
  authorizeEncryption(input, s3)
  const completed = await s3.uploads.complete({
    bucket: s3.bucket,
    key: input.Key,
    uploadId: input.UploadId,
    list: listedParts(input.MultipartUpload?.Parts),
    checksums: wholeChecksums(input),
    checksumType: checksumType(input.ChecksumType),
    sizeBytes: objectSize(input.MpuObjectSize),
    condition: writeCondition(input),
    customer: writingKey(input, s3),
    now: s3.now,
  })
  return {
    Location: location(s3, input.Key),
    Bucket: s3.bucket.name,
    Key: input.Key,
    ETag: quoted(completed.etag),
    ...checksumReply(completed),
    ...completed.encryption,
  }
}

function objectSize(sizeBytes: number | undefined): number | undefined {
  if (sizeBytes === undefined || sizeBytes >= 0) return sizeBytes
  const sentence = `Value for x-amz-mp-object-size header is less than zero: '${sizeBytes}'`
  throw new S3Error('InvalidRequest', {}, sentence)
}

/** S3 escapes the key here as one piece, slashes included. */
function location(s3: Service, key: string): string {
  return `${s3.settings.endpoint}/${s3.bucket.name}/${encodeURIComponent(key)}`
}

function checksumReply({
  checksum,
  partCount,
}: Completed): ChecksumMembers & { readonly ChecksumType?: string } {
  if (checksum === undefined) return {}
  const text = checksumText(checksum, partCount)
  return {
    ...checksumMembers(checksum.algorithm, { [checksum.algorithm]: text }),
    ChecksumType: checksum.type,
  }
}
