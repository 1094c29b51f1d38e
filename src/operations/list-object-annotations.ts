/** ListObjectAnnotations: no annotation can be put, so the list is empty. */
import { expectBucketOwner } from '../domain/owners.ts'
import { versionIdOf } from '../domain/versions.ts'
import type { ListObjectAnnotationsInput, ListObjectAnnotationsOutput } from '../model/types.gen.ts'
import type { Service } from './service.ts'

/** Throws NoSuchKey, NoSuchVersion, InvalidArgument, and AccessDenied for another owner than the expected one. */
export async function listObjectAnnotations(
  input: ListObjectAnnotationsInput,
  s3: Service,
): Promise<ListObjectAnnotationsOutput> {
  expectBucketOwner(input.ExpectedBucketOwner, s3.bucket, s3)
  const { row } = await s3.objects.find(s3.bucket, input.Key, input.VersionId)
  return {
    Bucket: s3.bucket.name,
    Key: row.key,
    ObjectVersionId: versionIdOf(s3.bucket, row),
    AnnotationPrefix: input.AnnotationPrefix,
    MaxAnnotationResults: input.MaxAnnotationResults,
    AnnotationCount: 0,
  }
}
