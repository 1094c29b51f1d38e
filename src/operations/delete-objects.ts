/** DeleteObjects: up to a thousand deletions in one request, each with its own result. */
import { removeEach } from '../domain/deletion.ts'
import { expectBucketOwner } from '../domain/owners.ts'
import type { DeleteObjectsInput, DeleteObjectsOutput } from '../model/types.gen.ts'
import type { Service } from './service.ts'

/** Throws MalformedXML for none or too many; what befalls one key is told in the answer. */
export async function deleteObjects(
  input: DeleteObjectsInput,
  s3: Service,
): Promise<DeleteObjectsOutput> {
  expectBucketOwner(input.ExpectedBucketOwner, s3.bucket, s3)
  return await removeEach(s3.objects, s3.bucket, input.Delete)
}
