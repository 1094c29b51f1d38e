/** CreateBucket: a new, empty bucket of the caller's, in this server's region. */
import { newBucketAccess } from '../domain/bucket-access.ts'
import { bucketTags } from '../domain/tag-set.ts'
import { S3Error } from '../model/errors.ts'
import type { CreateBucketInput, CreateBucketOutput } from '../model/types.gen.ts'
import type { Service } from './service.ts'

/** Throws what Buckets.create, newBucketAccess and bucketTags throw, and NotImplemented for what only directory buckets have. */
export async function createBucket(
  input: CreateBucketInput,
  s3: Service,
): Promise<CreateBucketOutput> {
  const access = newBucketAccess(input, s3)
  const { LocationConstraint, Tags, ...others } = input.CreateBucketConfiguration ?? {}
  const unknown = Object.entries(others).find(([, value]) => value !== undefined)
  if (unknown !== undefined) {
    throw new S3Error(
      'NotImplemented',
      {},
      `CreateBucketConfiguration.${unknown[0]} is not supported`,
    )
  }
  const configurations = Tags === undefined ? access : { ...access, tagging: bucketTags(Tags) }
  await s3.buckets.create({
    name: input.Bucket,
    owner: s3.caller.canonicalId,
    created: s3.now,
    locationConstraint: LocationConstraint,
    configurations,
  })
  return { Location: `/${input.Bucket}`, BucketArn: `arn:aws:s3:::${input.Bucket}` }
}
