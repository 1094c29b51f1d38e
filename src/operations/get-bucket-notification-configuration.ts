/** GetBucketNotificationConfiguration: nobody is notified, which an empty document says. */
import { expectBucketOwner } from '../domain/owners.ts'
import type {
  GetBucketNotificationConfigurationInput,
  GetBucketNotificationConfigurationOutput,
} from '../model/types.gen.ts'
import type { Service } from './service.ts'

/** Throws AccessDenied for another owner than the expected one. */
export async function getBucketNotificationConfiguration(
  input: GetBucketNotificationConfigurationInput,
  s3: Service,
): Promise<GetBucketNotificationConfigurationOutput> {
  expectBucketOwner(input.ExpectedBucketOwner, s3.bucket, s3)
  return {}
}
