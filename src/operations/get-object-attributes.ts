/** GetObjectAttributes: those of an object's attributes that the client names, its parts among them. */
import { askedAttributes, checksumAttribute, partsAttribute } from '../domain/object-attributes.ts'
import { expectBucketOwner } from '../domain/owners.ts'
import { wholeSeconds } from '../domain/times.ts'
import { versionIdOf } from '../domain/versions.ts'
import type { GetObjectAttributesInput, GetObjectAttributesOutput } from '../model/types.gen.ts'
import { broughtKey, customerDataKey } from './data-keys.ts'
import type { Service } from './service.ts'

/** Throws NoSuchKey, NoSuchVersion, InvalidRequest, InvalidArgument, and AccessDenied for another customer's key. */
export async function getObjectAttributes(
  input: GetObjectAttributesInput,
  s3: Service,
): Promise<GetObjectAttributesOutput> {
  expectBucketOwner(input.ExpectedBucketOwner, s3.bucket, s3)
  const asked = askedAttributes(input.ObjectAttributes)
  const brought = broughtKey(input, s3)
  const { row } = await s3.objects.find(s3.bucket, input.Key, input.VersionId)
  await customerDataKey({ bucket: s3.bucket, row, brought }, s3)
  return {
    // Without its quotes, here alone.
    ETag: asked.has('ETag') ? row.etag : undefined,
    Checksum: asked.has('Checksum') ? checksumAttribute(row) : undefined,
    ObjectParts: asked.has('ObjectParts')
      ? await partsAttribute(s3.objects, row, input)
      : undefined,
    StorageClass: asked.has('StorageClass') ? row.attributes.storageClass : undefined,
    ObjectSize: asked.has('ObjectSize') ? row.sizeBytes : undefined,
    LastModified: wholeSeconds(row.modified),
    VersionId: versionIdOf(s3.bucket, row),
  }
}
