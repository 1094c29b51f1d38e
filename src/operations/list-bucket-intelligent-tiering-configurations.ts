/** ListBucketIntelligentTieringConfigurations: no tiering configuration can be set, so the list is empty. */
import { expectBucketOwner } from '../domain/owners.ts'
import type {
  ListBucketIntelligentTieringConfigurationsInput,
  ListBucketIntelligentTieringConfigurationsOutput,
} from '../model/types.gen.ts'
import type { Service } from './service.ts'

/** Throws AccessDenied for another owner than the expected one. */
export async function listBucketIntelligentTieringConfigurations(
  input: ListBucketIntelligentTieringConfigurationsInput,
  s3: Service,
): Promise<ListBucketIntelligentTieringConfigurationsOutput> {
  expectBucketOwner(input.ExpectedBucketOwner, s3.bucket, s3)
  return { IsTruncated: false }
}
