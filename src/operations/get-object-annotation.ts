/** GetObjectAnnotation: no annotation can be put, so no name is one’s. */
import { expectBucketOwner } from '../domain/owners.ts'
import { S3Error } from '../model/errors.ts'
import type { GetObjectAnnotationInput, GetObjectAnnotationOutput } from '../model/types.gen.ts'
import type { Service } from './service.ts'

/** Throws NoSuchAnnotation, NoSuchKey, NoSuchVersion, InvalidArgument, and AccessDenied for another owner than the expected one. */
export async function getObjectAnnotation(
  input: GetObjectAnnotationInput,
  s3: Service,
): Promise<GetObjectAnnotationOutput> {
  expectBucketOwner(input.ExpectedBucketOwner, s3.bucket, s3)
  await s3.objects.find(s3.bucket, input.Key, input.VersionId)
  throw new S3Error('NoSuchAnnotation')
}
