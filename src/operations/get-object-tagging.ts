/** GetObjectTagging: the tags of an object; a set without any where it has none. */
import { expectBucketOwner } from '../domain/owners.ts'
import { tagSet } from '../domain/tag-set.ts'
import { versionIdOf } from '../domain/versions.ts'
import type { GetObjectTaggingInput, GetObjectTaggingOutput } from '../model/types.gen.ts'
import type { Service } from './service.ts'

/** Throws NoSuchKey, NoSuchVersion, MethodNotAllowed, InvalidArgument, and AccessDenied for another owner than the expected one. */
export async function getObjectTagging(
  input: GetObjectTaggingInput,
  s3: Service,
): Promise<GetObjectTaggingOutput> {
  expectBucketOwner(input.ExpectedBucketOwner, s3.bucket, s3)
  const { row } = await s3.objects.find(s3.bucket, input.Key, input.VersionId)
  return { TagSet: tagSet(row.attributes.tags), VersionId: versionIdOf(s3.bucket, row) }
}
