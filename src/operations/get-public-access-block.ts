/** GetPublicAccessBlock: what of public access a bucket blocks. */
import { shownBlock } from '../domain/access-block.ts'
import { expectBucketOwner } from '../domain/owners.ts'
import { S3Error } from '../model/errors.ts'
import type { GetPublicAccessBlockInput, GetPublicAccessBlockOutput } from '../model/types.gen.ts'
import type { Service } from './service.ts'

/** Throws NoSuchPublicAccessBlockConfiguration, and AccessDenied for another owner than the expected one. */
export async function getPublicAccessBlock(
  input: GetPublicAccessBlockInput,
  s3: Service,
): Promise<GetPublicAccessBlockOutput> {
  expectBucketOwner(input.ExpectedBucketOwner, s3.bucket, s3)
  const block = shownBlock(s3.bucket)
  if (block === undefined) {
    throw new S3Error('NoSuchPublicAccessBlockConfiguration', { BucketName: s3.bucket.name })
  }
  return { PublicAccessBlockConfiguration: block }
}
