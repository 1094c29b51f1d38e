/** PutBucketCors: says which pages of other origins may use a bucket, and how. */
import { checkedCors } from '../domain/cors.ts'
import { expectBucketOwner } from '../domain/owners.ts'
import type { PutBucketCorsInput, PutBucketCorsOutput } from '../model/types.gen.ts'
import type { Service } from './service.ts'

/** Throws what checkedCors throws, and AccessDenied for another owner than the expected one. */
export async function putBucketCors(
  input: PutBucketCorsInput,
  s3: Service,
): Promise<PutBucketCorsOutput> {
  expectBucketOwner(input.ExpectedBucketOwner, s3.bucket, s3)
  await s3.buckets.configure(s3.bucket, 'cors', checkedCors(input.CORSConfiguration))
}
