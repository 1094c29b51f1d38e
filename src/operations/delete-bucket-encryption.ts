/** DeleteBucketEncryption: back to the server's own default. What was written stays encrypted as it is. */
import { withoutDefault } from '../domain/bucket-encryption.ts'
import { expectBucketOwner } from '../domain/owners.ts'
import type {
  DeleteBucketEncryptionInput,
  DeleteBucketEncryptionOutput,
} from '../model/types.gen.ts'
import type { Service } from './service.ts'

/** Throws AccessDenied for another owner than the expected one. */
export async function deleteBucketEncryption(
  input: DeleteBucketEncryptionInput,
  s3: Service,
): Promise<DeleteBucketEncryptionOutput> {
  expectBucketOwner(input.ExpectedBucketOwner, s3.bucket, s3)
  await s3.buckets.configure(s3.bucket, 'encryption', withoutDefault(s3.bucket))
}
