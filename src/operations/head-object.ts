/** HeadObject: what GetObject would say of the object, without its bytes. */
import { describe } from '../domain/description.ts'
import { expectBucketOwner } from '../domain/owners.ts'
import { checkReadConditions } from '../domain/preconditions.ts'
import type { HeadObjectInput, HeadObjectOutput } from '../model/types.gen.ts'
import { broughtKey, customerDataKey } from './data-keys.ts'
import type { Service } from './service.ts'

/** Throws what GetObject throws. */
export async function headObject(input: HeadObjectInput, s3: Service): Promise<HeadObjectOutput> {
  expectBucketOwner(input.ExpectedBucketOwner, s3.bucket, s3)
  const brought = broughtKey(input, s3)
  const { row } = await s3.objects.find(s3.bucket, input.Key, input.VersionId)
  await customerDataKey({ bucket: s3.bucket, row, brought }, s3)
  checkReadConditions(input, row, s3.now)
  const slice = await s3.objects.slice(row, input)
  return describe({ bucket: s3.bucket, row, slice }, input)
}
