/** GetPublicAccessBlock: nothing here can be made public: S3's default since April 2023, and all there is here. */
import { everythingBlocked } from '../domain/access-block.ts'
import { expectBucketOwner } from '../domain/owners.ts'
import type { GetPublicAccessBlockInput, GetPublicAccessBlockOutput } from '../model/types.gen.ts'
import type { Service } from './service.ts'

/** Throws AccessDenied for another owner than the expected one. */
export async function getPublicAccessBlock(
  input: GetPublicAccessBlockInput,
  s3: Service,
): Promise<GetPublicAccessBlockOutput> {
  expectBucketOwner(input.ExpectedBucketOwner, s3.bucket, s3)
  return { PublicAccessBlockConfiguration: everythingBlocked }
}
