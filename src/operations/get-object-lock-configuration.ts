/** GetObjectLockConfiguration: no bucket has Object Lock. */
import { expectBucketOwner } from '../domain/owners.ts'
import { S3Error } from '../model/errors.ts'
import type {
  GetObjectLockConfigurationInput,
  GetObjectLockConfigurationOutput,
} from '../model/types.gen.ts'
import type { Service } from './service.ts'

/** Throws ObjectLockConfigurationNotFoundError, and AccessDenied for another owner than the expected one. */
export async function getObjectLockConfiguration(
  input: GetObjectLockConfigurationInput,
  s3: Service,
): Promise<GetObjectLockConfigurationOutput> {
  expectBucketOwner(input.ExpectedBucketOwner, s3.bucket, s3)
  throw new S3Error('ObjectLockConfigurationNotFoundError', { BucketName: s3.bucket.name })
}
