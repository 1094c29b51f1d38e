/** DeleteObject: the object is gone, whether or not it was there. */
import { expectBucketOwner } from '../domain/owners.ts'
import type { DeleteObjectInput, DeleteObjectOutput } from '../model/types.gen.ts'
import type { Service } from './service.ts'

/** Throws PreconditionFailed, NoSuchKey (with a condition on what is not there) and InvalidArgument. */
export async function deleteObject(
  input: DeleteObjectInput,
  s3: Service,
): Promise<DeleteObjectOutput> {
  expectBucketOwner(input.ExpectedBucketOwner, s3.bucket, s3)
  await s3.objects.remove(s3.bucket, {
    key: input.Key,
    versionId: input.VersionId,
    ifMatch: input.IfMatch,
    ifMatchLastModifiedTime: input.IfMatchLastModifiedTime,
    ifMatchSize: input.IfMatchSize,
  })
  return { VersionId: input.VersionId }
}
