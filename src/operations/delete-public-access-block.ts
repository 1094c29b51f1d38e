/** DeletePublicAccessBlock: nothing of public access is blocked any more. */
import { expectBucketOwner } from '../domain/owners.ts'
import type {
  DeletePublicAccessBlockInput,
  DeletePublicAccessBlockOutput,
} from '../model/types.gen.ts'
import type { Service } from './service.ts'

/** Throws AccessDenied for another owner than the expected one. */
export async function deletePublicAccessBlock(
  input: DeletePublicAccessBlockInput,
  s3: Service,
): Promise<DeletePublicAccessBlockOutput> {
  expectBucketOwner(input.ExpectedBucketOwner, s3.bucket, s3)
  await s3.buckets.configure(s3.bucket, 'publicAccessBlock', 'none')
}
