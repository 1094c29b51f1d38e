/** DeleteBucketTagging: a bucket without tags. */
import { expectBucketOwner } from '../domain/owners.ts'
import type { DeleteBucketTaggingInput, DeleteBucketTaggingOutput } from '../model/types.gen.ts'
import type { Service } from './service.ts'

/** Throws AccessDenied for another owner than the expected one. */
export async function deleteBucketTagging(
  input: DeleteBucketTaggingInput,
  s3: Service,
): Promise<DeleteBucketTaggingOutput> {
  expectBucketOwner(input.ExpectedBucketOwner, s3.bucket, s3)
  await s3.buckets.configure(s3.bucket, 'tagging', undefined)
}
