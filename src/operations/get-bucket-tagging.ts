/** GetBucketTagging: the tags of a bucket. */
import { configurationOf } from '../domain/configurations.ts'
import { expectBucketOwner } from '../domain/owners.ts'
import { S3Error } from '../model/errors.ts'
import type { GetBucketTaggingInput, GetBucketTaggingOutput } from '../model/types.gen.ts'
import type { Service } from './service.ts'

/** Throws NoSuchTagSet, and AccessDenied for another owner than the expected one. */
export async function getBucketTagging(
  input: GetBucketTaggingInput,
  s3: Service,
): Promise<GetBucketTaggingOutput> {
  expectBucketOwner(input.ExpectedBucketOwner, s3.bucket, s3)
  const tags = configurationOf(s3.bucket, 'tagging')
  if (tags === undefined) throw new S3Error('NoSuchTagSet', { BucketName: s3.bucket.name })
  return { TagSet: tags }
}
