/** DeleteBucketInventoryConfiguration: no inventory configuration can be set, so no id names one. */
import { expectBucketOwner } from '../domain/owners.ts'
import { S3Error } from '../model/errors.ts'
import type {
  DeleteBucketInventoryConfigurationInput,
  DeleteBucketInventoryConfigurationOutput,
} from '../model/types.gen.ts'
import type { Service } from './service.ts'

/** Throws NoSuchConfiguration, and AccessDenied for another owner than the expected one. */
export async function deleteBucketInventoryConfiguration(
  input: DeleteBucketInventoryConfigurationInput,
  s3: Service,
): Promise<DeleteBucketInventoryConfigurationOutput> {
  expectBucketOwner(input.ExpectedBucketOwner, s3.bucket, s3)
  throw new S3Error('NoSuchConfiguration')
}
