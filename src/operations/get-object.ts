/** GetObject: the bytes of an object, of a range of it or of one of its parts, with what it says of itself. */
import { describe } from '../domain/description.ts'
import { expectBucketOwner } from '../domain/owners.ts'
import { checkReadConditions } from '../domain/preconditions.ts'
import type { GetObjectInput, GetObjectOutput } from '../model/types.gen.ts'
import { broughtKey, customerDataKey, keptDataKey } from './data-keys.ts'
import type { Service } from './service.ts'

/**
 * Throws NoSuchKey, NoSuchVersion, NotModified, PreconditionFailed, InvalidRange, InvalidPartNumber, InvalidArgument; for
 * encrypted bytes InvalidRequest, AccessDenied, and what the key store says.
 */
export async function getObject(input: GetObjectInput, s3: Service): Promise<GetObjectOutput> {
  expectBucketOwner(input.ExpectedBucketOwner, s3.bucket, s3)
  const brought = broughtKey(input, s3)
  const found = await s3.objects.find(s3.bucket, input.Key, input.VersionId)
  const reading = { bucket: s3.bucket, row: found.row, brought }
  const proven = await customerDataKey(reading, s3)
  checkReadConditions(input, found.row, s3.now)
  const slice = await s3.objects.slice(found.row, input)
  const description = describe({ bucket: s3.bucket, row: found.row, slice }, input)
  // What the server or a key store keeps is asked for last: an answer without bytes does not need it.
  const dataKey = proven ?? (await keptDataKey(reading, s3))
  return { ...description, Body: s3.emit(found, slice, dataKey) }
}
