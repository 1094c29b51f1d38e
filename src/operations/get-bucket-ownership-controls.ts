/** GetBucketOwnershipControls: who owns what others write into a bucket, and whether ACLs count there. */
import { expectBucketOwner } from '../domain/owners.ts'
import { shownOwnership } from '../domain/ownership.ts'
import { S3Error } from '../model/errors.ts'
import type {
  GetBucketOwnershipControlsInput,
  GetBucketOwnershipControlsOutput,
} from '../model/types.gen.ts'
import type { Service } from './service.ts'

/** Throws OwnershipControlsNotFoundError, and AccessDenied for another owner than the expected one. */
export async function getBucketOwnershipControls(
  input: GetBucketOwnershipControlsInput,
  s3: Service,
): Promise<GetBucketOwnershipControlsOutput> {
  expectBucketOwner(input.ExpectedBucketOwner, s3.bucket, s3)
  const ownership = shownOwnership(s3.bucket)
  if (ownership === undefined) {
    throw new S3Error('OwnershipControlsNotFoundError', { BucketName: s3.bucket.name })
  }
  return { OwnershipControls: { Rules: [{ ObjectOwnership: ownership }] } }
}
