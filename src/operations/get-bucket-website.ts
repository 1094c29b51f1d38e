/** GetBucketWebsite: no bucket is a website. */
import { expectBucketOwner } from '../domain/owners.ts'
import { S3Error } from '../model/errors.ts'
import type { GetBucketWebsiteInput, GetBucketWebsiteOutput } from '../model/types.gen.ts'
import type { Service } from './service.ts'

/** Throws NoSuchWebsiteConfiguration, and AccessDenied for another owner than the expected one. */
export async function getBucketWebsite(
  input: GetBucketWebsiteInput,
  s3: Service,
): Promise<GetBucketWebsiteOutput> {
  expectBucketOwner(input.ExpectedBucketOwner, s3.bucket, s3)
  throw new S3Error('NoSuchWebsiteConfiguration', { BucketName: s3.bucket.name })
}
