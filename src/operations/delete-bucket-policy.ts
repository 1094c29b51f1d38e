/** DeleteBucketPolicy: there is none, so it is gone. */
import { expectBucketOwner } from '../domain/owners.ts'
import type { DeleteBucketPolicyInput, DeleteBucketPolicyOutput } from '../model/types.gen.ts'
import type { Service } from './service.ts'

/** Throws AccessDenied for another owner than the expected one. */
export async function deleteBucketPolicy(
  input: DeleteBucketPolicyInput,
  s3: Service,
): Promise<DeleteBucketPolicyOutput> {
  expectBucketOwner(input.ExpectedBucketOwner, s3.bucket, s3)
}
