/** CreateMultipartUpload: everything that the object will be besides its bytes is said, checked and kept here. */
import { objectAttributes } from '../domain/attributes.ts'
import { encryptionAnswer } from '../domain/encryption-answer.ts'
import { expectBucketOwner } from '../domain/owners.ts'
import { newOwned } from '../domain/ownership.ts'
import { uploadChecksum } from '../domain/upload-checksum.ts'
import type { CreateMultipartUploadInput, CreateMultipartUploadOutput } from '../model/types.gen.ts'
import { newDataKey } from './data-keys.ts'
import type { Service } from './service.ts'

/**
 * Begins an upload, whose data key is made here and kept wrapped. Throws InvalidRequest for a checksum algorithm or type that
 * cannot be, and what objectAttributes and newDataKey throw. No lifecycle rule aborts uploads yet, so there is no AbortDate to tell.
 */
export async function createMultipartUpload(
  input: CreateMultipartUploadInput,
  s3: Service,
): Promise<CreateMultipartUploadOutput> {
  expectBucketOwner(input.ExpectedBucketOwner, s3.bucket, s3)
  const { owner, acl } = newOwned(input, s3)
  const checksum = uploadChecksum(input)
  const attributes = objectAttributes(input)
  const dataKey = await newDataKey(input, s3)
  const upload = await s3.uploads.create({
    bucket: s3.bucket,
    key: input.Key,
    owner,
    initiator: s3.caller,
    now: s3.now,
    checksum,
    attributes: { ...attributes, encryption: dataKey?.encryption, acl },
  })
  return {
    Bucket: s3.bucket.name,
    Key: upload.key,
    UploadId: upload.uploadId,
    ChecksumAlgorithm: checksum?.algorithm,
    ChecksumType: checksum?.type,
    ...encryptionAnswer(dataKey?.encryption),
  }
}
