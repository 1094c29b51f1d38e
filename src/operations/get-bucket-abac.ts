/** GetBucketAbac: tags of a bucket give nobody any right, which is S3's default. */
import { expectBucketOwner } from '../domain/owners.ts'
import type { GetBucketAbacInput, GetBucketAbacOutput } from '../model/types.gen.ts'
import type { Service } from './service.ts'

/** Throws AccessDenied for another owner than the expected one. */
export async function getBucketAbac(
  input: GetBucketAbacInput,
  s3: Service,
): Promise<GetBucketAbacOutput> {
  expectBucketOwner(input.ExpectedBucketOwner, s3.bucket, s3)
  return { AbacStatus: { Status: 'Disabled' } }
}
