/** GetBucketOwnershipControls: the owner of a bucket owns all in it and ACLs are off: S3's default since April 2023, and all there is here. */
import { expectBucketOwner } from '../domain/owners.ts'
import type {
  GetBucketOwnershipControlsInput,
  GetBucketOwnershipControlsOutput,
} from '../model/types.gen.ts'
import type { Service } from './service.ts'

/** Throws AccessDenied for another owner than the expected one. */
export async function getBucketOwnershipControls(
  input: GetBucketOwnershipControlsInput,
  s3: Service,
): Promise<GetBucketOwnershipControlsOutput> {
  expectBucketOwner(input.ExpectedBucketOwner, s3.bucket, s3)
  return { OwnershipControls: { Rules: [{ ObjectOwnership: 'BucketOwnerEnforced' }] } }
}
