/** GetBucketVersioning: an empty document for a bucket that never had versioning. */
import { expectBucketOwner } from '../domain/owners.ts'
import { versioningStatus } from '../domain/versions.ts'
import type { GetBucketVersioningInput, GetBucketVersioningOutput } from '../model/types.gen.ts'
import type { Service } from './service.ts'

/** Throws AccessDenied for another owner than the expected one. */
export async function getBucketVersioning(
  input: GetBucketVersioningInput,
  s3: Service,
): Promise<GetBucketVersioningOutput> {
  expectBucketOwner(input.ExpectedBucketOwner, s3.bucket, s3)
  return { Status: versioningStatus(s3.bucket) }
}
