/** ListBucketMetricsConfigurations: no metrics configuration can be set, so the list is empty. */
import { expectBucketOwner } from '../domain/owners.ts'
import type {
  ListBucketMetricsConfigurationsInput,
  ListBucketMetricsConfigurationsOutput,
} from '../model/types.gen.ts'
import type { Service } from './service.ts'

/** Throws AccessDenied for another owner than the expected one. */
export async function listBucketMetricsConfigurations(
  input: ListBucketMetricsConfigurationsInput,
  s3: Service,
): Promise<ListBucketMetricsConfigurationsOutput> {
  expectBucketOwner(input.ExpectedBucketOwner, s3.bucket, s3)
  return { IsTruncated: false }
}
