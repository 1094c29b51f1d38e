/** DeleteBucketEncryption: there is no default encryption, so it is gone. */
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
}
