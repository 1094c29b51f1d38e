/** PutObjectTagging: replaces the tags of an object. */
import { expectBucketOwner } from '../domain/owners.ts'
import { objectTags } from '../domain/tag-set.ts'
import { versionIdOf } from '../domain/versions.ts'
import type { PutObjectTaggingInput, PutObjectTaggingOutput } from '../model/types.gen.ts'
import type { Service } from './service.ts'

/** Throws what objectTags throws; NoSuchKey, NoSuchVersion, MethodNotAllowed, InvalidArgument; and AccessDenied for another owner than the expected one. */
export async function putObjectTagging(
  input: PutObjectTaggingInput,
  s3: Service,
): Promise<PutObjectTaggingOutput> {
  expectBucketOwner(input.ExpectedBucketOwner, s3.bucket, s3)
  const tags = objectTags(input.Tagging.TagSet)
  const named = { key: input.Key, versionId: input.VersionId }
  const row = await s3.objects.revise(s3.bucket, named, { tags })
  return { VersionId: versionIdOf(s3.bucket, row) }
}
