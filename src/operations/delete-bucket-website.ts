/** DeleteBucketWebsite: there is none, so it is gone. */
import { expectBucketOwner } from '../domain/owners.ts'
import type { DeleteBucketWebsiteInput, DeleteBucketWebsiteOutput } from '../model/types.gen.ts'
import type { Service } from './service.ts'

/** Throws AccessDenied for another owner than the expected one. */
export async function deleteBucketWebsite(
  input: DeleteBucketWebsiteInput,
  s3: Service,
): Promise<DeleteBucketWebsiteOutput> {
  expectBucketOwner(input.ExpectedBucketOwner, s3.bucket, s3)
}
