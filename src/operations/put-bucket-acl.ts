/** PutBucketAcl: says who besides its owner may do what with a bucket. */
import { replacedBucketAcl } from '../domain/bucket-access.ts'
import { expectBucketOwner } from '../domain/owners.ts'
import type { PutBucketAclInput, PutBucketAclOutput } from '../model/types.gen.ts'
import type { Service } from './service.ts'

/** Throws what replacedBucketAcl throws, and AccessDenied for another owner than the expected one. */
export async function putBucketAcl(
  input: PutBucketAclInput,
  s3: Service,
): Promise<PutBucketAclOutput> {
  expectBucketOwner(input.ExpectedBucketOwner, s3.bucket, s3)
  await s3.buckets.configure(s3.bucket, 'acl', replacedBucketAcl(input, s3))
}
