/** PutPublicAccessBlock: says what of public access a bucket blocks. */
import { checkedBlock } from '../domain/access-block.ts'
import { expectBucketOwner } from '../domain/owners.ts'
import type { PutPublicAccessBlockInput, PutPublicAccessBlockOutput } from '../model/types.gen.ts'
import type { Service } from './service.ts'

/** Throws AccessDenied for another owner than the expected one. */
export async function putPublicAccessBlock(
  input: PutPublicAccessBlockInput,
  s3: Service,
): Promise<PutPublicAccessBlockOutput> {
  expectBucketOwner(input.ExpectedBucketOwner, s3.bucket, s3)
  const block = checkedBlock(input.PublicAccessBlockConfiguration)
  await s3.buckets.configure(s3.bucket, 'publicAccessBlock', block)
}
