/** DeleteObjectTagging: an object without tags. */
import { expectBucketOwner } from '../domain/owners.ts'
import { versionIdOf } from '../domain/versions.ts'
import type { DeleteObjectTaggingInput, DeleteObjectTaggingOutput } from '../model/types.gen.ts'
import type { Service } from './service.ts'

/** Throws NoSuchKey, NoSuchVersion, MethodNotAllowed, InvalidArgument, and AccessDenied for another owner than the expected one. */
export async function deleteObjectTagging(
  input: DeleteObjectTaggingInput,
  s3: Service,
): Promise<DeleteObjectTaggingOutput> {
  expectBucketOwner(input.ExpectedBucketOwner, s3.bucket, s3)
  const named = { key: input.Key, versionId: input.VersionId }
  const row = await s3.objects.revise(s3.bucket, named, { tags: [] })
  return { VersionId: versionIdOf(s3.bucket, row) }
}
