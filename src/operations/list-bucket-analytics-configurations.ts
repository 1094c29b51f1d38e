/** ListBucketAnalyticsConfigurations: no analytics configuration can be set, so the list is empty. */
import { expectBucketOwner } from '../domain/owners.ts'
import type {
  ListBucketAnalyticsConfigurationsInput,
  ListBucketAnalyticsConfigurationsOutput,
} from '../model/types.gen.ts'
import type { Service } from './service.ts'

/** Throws AccessDenied for another owner than the expected one. */
export async function listBucketAnalyticsConfigurations(
  input: ListBucketAnalyticsConfigurationsInput,
  s3: Service,
): Promise<ListBucketAnalyticsConfigurationsOutput> {
  expectBucketOwner(input.ExpectedBucketOwner, s3.bucket, s3)
  return { IsTruncated: false }
}
