/** GetBucketLifecycleConfiguration: no rule can be set, so there is none. */
import { expectBucketOwner } from '../domain/owners.ts'
import { S3Error } from '../model/errors.ts'
import type {
  GetBucketLifecycleConfigurationInput,
  GetBucketLifecycleConfigurationOutput,
} from '../model/types.gen.ts'
import type { Service } from './service.ts'

/** Throws NoSuchLifecycleConfiguration, and AccessDenied for another owner than the expected one. */
export async function getBucketLifecycleConfiguration(
  input: GetBucketLifecycleConfigurationInput,
  s3: Service,
): Promise<GetBucketLifecycleConfigurationOutput> {
  expectBucketOwner(input.ExpectedBucketOwner, s3.bucket, s3)
  throw new S3Error('NoSuchLifecycleConfiguration', { BucketName: s3.bucket.name })
}
