/** PutBucketTagging: replaces the tags of a bucket. */
import { expectBucketOwner } from '../domain/owners.ts'
import { bucketTags } from '../domain/tag-set.ts'
import type { PutBucketTaggingInput, PutBucketTaggingOutput } from '../model/types.gen.ts'
import type { Service } from './service.ts'

/** Throws what bucketTags throws, and AccessDenied for another owner than the expected one. */
export async function putBucketTagging(
  input: PutBucketTaggingInput,
  s3: Service,
): Promise<PutBucketTaggingOutput> {
  expectBucketOwner(input.ExpectedBucketOwner, s3.bucket, s3)
  await s3.buckets.configure(s3.bucket, 'tagging', bucketTags(input.Tagging.TagSet))
}
