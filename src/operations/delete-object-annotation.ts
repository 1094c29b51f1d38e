/** DeleteObjectAnnotation: no annotation can be put, so whichever is named is gone. */
import { expectBucketOwner } from '../domain/owners.ts'
import { checkReadConditions } from '../domain/preconditions.ts'
import { versionIdOf } from '../domain/versions.ts'
import type {
  DeleteObjectAnnotationInput,
  DeleteObjectAnnotationOutput,
} from '../model/types.gen.ts'
import type { Service } from './service.ts'

/** Throws NoSuchKey, NoSuchVersion, InvalidArgument, PreconditionFailed, and AccessDenied for another owner than the expected one. */
export async function deleteObjectAnnotation(
  input: DeleteObjectAnnotationInput,
  s3: Service,
): Promise<DeleteObjectAnnotationOutput> {
  expectBucketOwner(input.ExpectedBucketOwner, s3.bucket, s3)
  const { row } = await s3.objects.find(s3.bucket, input.Key, input.VersionId)
  checkReadConditions({ IfMatch: input.ObjectIfMatch }, row, s3.now)
  return { ObjectVersionId: versionIdOf(s3.bucket, row) }
}
