/** DeleteBucketLifecycle: there are no rules, so they are gone. */
import { expectBucketOwner } from '../domain/owners.ts'
import type { DeleteBucketLifecycleInput, DeleteBucketLifecycleOutput } from '../model/types.gen.ts'
import type { Service } from './service.ts'

/** Throws AccessDenied for another owner than the expected one. */
export async function deleteBucketLifecycle(
  input: DeleteBucketLifecycleInput,
  s3: Service,
): Promise<DeleteBucketLifecycleOutput> {
  expectBucketOwner(input.ExpectedBucketOwner, s3.bucket, s3)
}
