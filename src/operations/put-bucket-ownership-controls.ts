/** PutBucketOwnershipControls: says who owns what others write into a bucket, and whether ACLs count there. */
import { replacedOwnership } from '../domain/bucket-access.ts'
import { expectBucketOwner } from '../domain/owners.ts'
import type {
  PutBucketOwnershipControlsInput,
  PutBucketOwnershipControlsOutput,
} from '../model/types.gen.ts'
import type { Service } from './service.ts'

/** Throws what replacedOwnership throws, and AccessDenied for another owner than the expected one. */
export async function putBucketOwnershipControls(
  input: PutBucketOwnershipControlsInput,
  s3: Service,
): Promise<PutBucketOwnershipControlsOutput> {
  expectBucketOwner(input.ExpectedBucketOwner, s3.bucket, s3)
  const ownership = replacedOwnership(input.OwnershipControls, s3.bucket)
  await s3.buckets.configure(s3.bucket, 'ownershipControls', ownership)
}
