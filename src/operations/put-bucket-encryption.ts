/** PutBucketEncryption: says how new objects of a bucket are encrypted when their request says nothing, and whether SSE-C is blocked. */
import { checkedEncryption } from '../domain/bucket-encryption.ts'
import { expectBucketOwner } from '../domain/owners.ts'
import type { PutBucketEncryptionInput, PutBucketEncryptionOutput } from '../model/types.gen.ts'
import type { Service } from './service.ts'

/** Throws what checkedEncryption throws, and AccessDenied for another owner than the expected one. */
export async function putBucketEncryption(
  input: PutBucketEncryptionInput,
  s3: Service,
): Promise<PutBucketEncryptionOutput> {
  expectBucketOwner(input.ExpectedBucketOwner, s3.bucket, s3)
  const rule = checkedEncryption(input.ServerSideEncryptionConfiguration, s3.bucket)
  await s3.buckets.configure(s3.bucket, 'encryption', rule)
}
