/** ListBucketInventoryConfigurations: no inventory configuration can be set, so the list is empty. */
import { expectBucketOwner } from '../domain/owners.ts'
import type {
  ListBucketInventoryConfigurationsInput,
  ListBucketInventoryConfigurationsOutput,
} from '../model/types.gen.ts'
import type { Service } from './service.ts'

/** Throws AccessDenied for another owner than the expected one. */
export async function listBucketInventoryConfigurations(
  input: ListBucketInventoryConfigurationsInput,
  s3: Service,
): Promise<ListBucketInventoryConfigurationsOutput> {
  expectBucketOwner(input.ExpectedBucketOwner, s3.bucket, s3)
  return { IsTruncated: false }
}
