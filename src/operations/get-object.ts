/** GetObject: the bytes of an object, of a range of it or of one of its parts, with what it says of itself. */
import { describe } from '../domain/description.ts'
import { expectBucketOwner } from '../domain/owners.ts'
import { checkReadConditions } from '../domain/preconditions.ts'
import type { GetObjectInput, GetObjectOutput } from '../model/types.gen.ts'
import type { Service } from './service.ts'

/** Throws NoSuchKey, NoSuchVersion, NotModified, PreconditionFailed, InvalidRange, InvalidPartNumber, InvalidArgument. */
export async function getObject(input: GetObjectInput, s3: Service): Promise<GetObjectOutput> {
  expectBucketOwner(input.ExpectedBucketOwner, s3.bucket, s3)
  const found = await s3.objects.find(s3.bucket, input.Key, input.VersionId)
  checkReadConditions(input, found.row, s3.now)
  const slice = await s3.objects.slice(found.row, input)
  const description = describe({ bucket: s3.bucket, row: found.row, slice }, input)
  return { ...description, Body: s3.emit(found, slice) }
}
