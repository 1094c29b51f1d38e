/** GetObjectLegalHold: no bucket has Object Lock, without which no object has a legal hold. */
import { expectBucketOwner } from '../domain/owners.ts'
import { S3Error } from '../model/errors.ts'
import type { GetObjectLegalHoldInput, GetObjectLegalHoldOutput } from '../model/types.gen.ts'
import type { Service } from './service.ts'

/** Throws InvalidRequest, and AccessDenied for another owner than the expected one. */
export async function getObjectLegalHold(
  input: GetObjectLegalHoldInput,
  s3: Service,
): Promise<GetObjectLegalHoldOutput> {
  expectBucketOwner(input.ExpectedBucketOwner, s3.bucket, s3)
  throw new S3Error('InvalidRequest', {}, 'Bucket is missing Object Lock Configuration')
}
