/** DeleteBucketOwnershipControls: ACLs count, and whoever writes an object owns it. */
import { expectBucketOwner } from '../domain/owners.ts'
import type {
  DeleteBucketOwnershipControlsInput,
  DeleteBucketOwnershipControlsOutput,
} from '../model/types.gen.ts'
import type { Service } from './service.ts'

/** Throws AccessDenied for another owner than the expected one. */
export async function deleteBucketOwnershipControls(
  input: DeleteBucketOwnershipControlsInput,
  s3: Service,
): Promise<DeleteBucketOwnershipControlsOutput> {
  expectBucketOwner(input.ExpectedBucketOwner, s3.bucket, s3)
  await s3.buckets.configure(s3.bucket, 'ownershipControls', 'none')
}
