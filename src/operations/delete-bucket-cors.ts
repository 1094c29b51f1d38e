/** DeleteBucketCors: no page of another origin may use the bucket any more. */
import { expectBucketOwner } from '../domain/owners.ts'
import type { DeleteBucketCorsInput, DeleteBucketCorsOutput } from '../model/types.gen.ts'
import type { Service } from './service.ts'

/** Throws AccessDenied for another owner than the expected one. */
export async function deleteBucketCors(
  input: DeleteBucketCorsInput,
  s3: Service,
): Promise<DeleteBucketCorsOutput> {
  expectBucketOwner(input.ExpectedBucketOwner, s3.bucket, s3)
  await s3.buckets.configure(s3.bucket, 'cors', undefined)
}
