/** ListBuckets: the caller's own buckets by name. */
import { ownerOf } from '../domain/owners.ts'
import { wholeSeconds } from '../domain/times.ts'
import type { ListBucketsInput, ListBucketsOutput } from '../model/types.gen.ts'
import type { Service } from './service.ts'

/** Throws InvalidArgument. */
export async function listBuckets(
  input: ListBucketsInput,
  s3: Service,
): Promise<ListBucketsOutput> {
  const owner = s3.caller.canonicalId
  const page = await s3.buckets.list({
    owner,
    prefix: input.Prefix ?? '',
    max: input.MaxBuckets,
    continuationToken: input.ContinuationToken,
    region: input.BucketRegion,
  })
  // S3 names the regions only to those who ask with any of its newer parameters.
  const regions = Object.values(input).some((member) => member !== undefined)
  return {
    Owner: ownerOf(owner, s3),
    Buckets: page.buckets.map(({ name, created, attributes }) => ({
      Name: name,
      CreationDate: wholeSeconds(created),
      BucketRegion: regions ? attributes.region : undefined,
    })),
    ContinuationToken: page.continuationToken,
    Prefix: input.Prefix,
  }
}
