/** DeleteBucket: removes an empty bucket; its open uploads go with it. */
import { expectBucketOwner } from '../domain/owners.ts'
import type { DeleteBucketInput } from '../model/types.gen.ts'
import type { Service } from './service.ts'

/** Throws BucketNotEmpty. */
export async function deleteBucket(input: DeleteBucketInput, s3: Service): Promise<void> {
  expectBucketOwner(input.ExpectedBucketOwner, s3.bucket, s3)
  await s3.buckets.remove(s3.bucket)
}
