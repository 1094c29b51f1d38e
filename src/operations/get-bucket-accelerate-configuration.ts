/** GetBucketAccelerateConfiguration: never accelerated, which an empty document says. */
import { expectBucketOwner } from '../domain/owners.ts'
import type {
  GetBucketAccelerateConfigurationInput,
  GetBucketAccelerateConfigurationOutput,
} from '../model/types.gen.ts'
import type { Service } from './service.ts'

/** Throws AccessDenied for another owner than the expected one. */
export async function getBucketAccelerateConfiguration(
  input: GetBucketAccelerateConfigurationInput,
  s3: Service,
): Promise<GetBucketAccelerateConfigurationOutput> {
  expectBucketOwner(input.ExpectedBucketOwner, s3.bucket, s3)
  return {}
}
