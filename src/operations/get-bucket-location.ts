/** GetBucketLocation: the region of a bucket, as its LocationConstraint said it. */
import { locationOf } from '../domain/configurations.ts'
import { expectBucketOwner } from '../domain/owners.ts'
import type { GetBucketLocationInput, GetBucketLocationOutput } from '../model/types.gen.ts'
import type { Service } from './service.ts'

/** Throws AccessDenied for another owner than the expected one. */
export async function getBucketLocation(
  input: GetBucketLocationInput,
  s3: Service,
): Promise<GetBucketLocationOutput> {
  expectBucketOwner(input.ExpectedBucketOwner, s3.bucket, s3)
  const region = locationOf(s3.bucket)
  // S3's first region is the one that has no name here.
  return { LocationConstraint: region === 'us-east-1' ? undefined : region }
}
