/** GetBucketLogging: no access log is delivered anywhere, which an empty document says. */
import { expectBucketOwner } from '../domain/owners.ts'
import type { GetBucketLoggingInput, GetBucketLoggingOutput } from '../model/types.gen.ts'
import type { Service } from './service.ts'

/** Throws AccessDenied for another owner than the expected one. */
export async function getBucketLogging(
  input: GetBucketLoggingInput,
  s3: Service,
): Promise<GetBucketLoggingOutput> {
  expectBucketOwner(input.ExpectedBucketOwner, s3.bucket, s3)
  return {}
}
