/** GetBucketPolicyStatus: a bucket without a policy has no status of one; S3 does not call it private either. */
import { expectBucketOwner } from '../domain/owners.ts'
import { S3Error } from '../model/errors.ts'
import type { GetBucketPolicyStatusInput, GetBucketPolicyStatusOutput } from '../model/types.gen.ts'
import type { Service } from './service.ts'

/** Throws NoSuchBucketPolicy, and AccessDenied for another owner than the expected one. */
export async function getBucketPolicyStatus(
  input: GetBucketPolicyStatusInput,
  s3: Service,
): Promise<GetBucketPolicyStatusOutput> {
  expectBucketOwner(input.ExpectedBucketOwner, s3.bucket, s3)
  throw new S3Error('NoSuchBucketPolicy', { BucketName: s3.bucket.name })
}
