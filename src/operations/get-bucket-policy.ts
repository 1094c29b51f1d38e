/** GetBucketPolicy: no policy can be set, so there is none. */
import { expectBucketOwner } from '../domain/owners.ts'
import { S3Error } from '../model/errors.ts'
import type { GetBucketPolicyInput, GetBucketPolicyOutput } from '../model/types.gen.ts'
import type { Service } from './service.ts'

/** Throws NoSuchBucketPolicy, and AccessDenied for another owner than the expected one. */
export async function getBucketPolicy(
  input: GetBucketPolicyInput,
  s3: Service,
): Promise<GetBucketPolicyOutput> {
  expectBucketOwner(input.ExpectedBucketOwner, s3.bucket, s3)
  throw new S3Error('NoSuchBucketPolicy', { BucketName: s3.bucket.name })
}
