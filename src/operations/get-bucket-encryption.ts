/** GetBucketEncryption: how new objects of a bucket are encrypted when their request says nothing. */
import { effectiveEncryption } from '../domain/bucket-encryption.ts'
import { expectBucketOwner } from '../domain/owners.ts'
import { S3Error } from '../model/errors.ts'
import type { GetBucketEncryptionInput, GetBucketEncryptionOutput } from '../model/types.gen.ts'
import type { Service } from './service.ts'

/** Throws ServerSideEncryptionConfigurationNotFoundError, and AccessDenied for another owner than the expected one. */
export async function getBucketEncryption(
  input: GetBucketEncryptionInput,
  s3: Service,
): Promise<GetBucketEncryptionOutput> {
  expectBucketOwner(input.ExpectedBucketOwner, s3.bucket, s3)
  const rule = effectiveEncryption(s3.bucket, s3.settings)
  if (rule !== undefined) return { ServerSideEncryptionConfiguration: { Rules: [rule] } }
  const detail = { BucketName: s3.bucket.name }
  throw new S3Error('ServerSideEncryptionConfigurationNotFoundError', detail)
}
