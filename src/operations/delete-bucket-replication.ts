/** DeleteBucketReplication: there is none, so it is gone. */
import { expectBucketOwner } from '../domain/owners.ts'
import type {
  DeleteBucketReplicationInput,
  DeleteBucketReplicationOutput,
} from '../model/types.gen.ts'
import type { Service } from './service.ts'

/** Throws AccessDenied for another owner than the expected one. */
export async function deleteBucketReplication(
  input: DeleteBucketReplicationInput,
  s3: Service,
): Promise<DeleteBucketReplicationOutput> {
  expectBucketOwner(input.ExpectedBucketOwner, s3.bucket, s3)
}
