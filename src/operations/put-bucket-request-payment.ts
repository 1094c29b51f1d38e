/** PutBucketRequestPayment: the owner pays; to ask for exactly that is fine. */
import { expectBucketOwner } from '../domain/owners.ts'
import { S3Error } from '../model/errors.ts'
import type {
  PutBucketRequestPaymentInput,
  PutBucketRequestPaymentOutput,
} from '../model/types.gen.ts'
import type { Service } from './service.ts'

/** Throws MalformedXML, NotImplemented for another payer, and AccessDenied for another owner than the expected one. */
export async function putBucketRequestPayment(
  input: PutBucketRequestPaymentInput,
  s3: Service,
): Promise<PutBucketRequestPaymentOutput> {
  expectBucketOwner(input.ExpectedBucketOwner, s3.bucket, s3)
  const { Payer: payer } = input.RequestPaymentConfiguration
  if (payer === 'BucketOwner') return
  if (payer !== 'Requester') throw new S3Error('MalformedXML')
  throw new S3Error(
    'NotImplemented',
    {},
    'RequestPaymentConfiguration.Payer Requester is not supported',
  )
}
