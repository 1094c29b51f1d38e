/** GetBucketEncryption: no default encryption can be set, and none is claimed. */
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
  throw new S3Error('ServerSideEncryptionConfigurationNotFoundError', {
    BucketName: s3.bucket.name,
  })
}
