/** HeadBucket: that the bucket is there, that the caller may use it, and where it is. */
import { expectBucketOwner } from '../domain/owners.ts'
import type { HeadBucketInput, HeadBucketOutput } from '../model/types.gen.ts'
import type { Service } from './service.ts'

/** Throws AccessDenied for another owner than the expected one. */
export async function headBucket(input: HeadBucketInput, s3: Service): Promise<HeadBucketOutput> {
  expectBucketOwner(input.ExpectedBucketOwner, s3.bucket, s3)
  return {
    BucketArn: `arn:aws:s3:::${s3.bucket.name}`,
    BucketRegion: s3.bucket.attributes.region,
    AccessPointAlias: false,
  }
}
