/** GetBucketRequestPayment: the owner pays, always. */
import { expectBucketOwner } from '../domain/owners.ts'
import type {
  GetBucketRequestPaymentInput,
  GetBucketRequestPaymentOutput,
} from '../model/types.gen.ts'
import type { Service } from './service.ts'

/** Throws AccessDenied for another owner than the expected one. */
export async function getBucketRequestPayment(
  input: GetBucketRequestPaymentInput,
  s3: Service,
): Promise<GetBucketRequestPaymentOutput> {
  expectBucketOwner(input.ExpectedBucketOwner, s3.bucket, s3)
  return { Payer: 'BucketOwner' }
}
