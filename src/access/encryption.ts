/**
 * May they write with this encryption? Asked once for every request that makes bytes, before a byte of its body is read and
 * before its encryption headers are judged: S3 says AccessDenied also of a header that means nothing.
 *
 * Nobody reaches a key of KMS without SigV4, to read with it neither, and a bucket can block customers' keys. Conditions of bucket
 * policies will be asked here too, of `encryptionFacts`.
 */
import { blocksCustomerKeys } from '../domain/bucket-encryption.ts'
import { namesCustomerKey } from '../domain/customer-keys.ts'
import type { EncryptionMembers } from '../domain/encryption.ts'
import type { Account } from '../identity/account.ts'
import { S3Error } from '../model/errors.ts'
import type { BucketRow } from '../stores/metadata/records.ts'

/** The Service of the request. */
export interface Writer {
  readonly caller: Account
  readonly bucket: BucketRow
}

export interface EncryptedWrite extends EncryptionMembers {
  readonly Key: string
  readonly CopySource?: string | undefined
  readonly UploadId?: string | undefined
}

/** Throws AccessDenied. */
export function authorizeEncryption(input: EncryptedWrite, { caller, bucket }: Writer): void {
  if (!encryptionFacts(input).has(customerAlgorithm) && !namesCustomerKey(input)) return
  if (!blocksCustomerKeys(bucket)) return
  const copies = input.CopySource !== undefined && input.UploadId === undefined
  const action = copies ? 's3:CopyObject' : 's3:PutObject'
  const resource = `arn:aws:s3:::${bucket.name}/${input.Key}`
  const sentence = `User: arn:aws:iam::${caller.accountId}:root is not authorized to perform: ${action} on resource: "${resource}" because this bucket has blocked upload requests that specify Server Side Encryption with Customer provided keys (SSE-C). Please specify a different server-side encryption type`
  throw new S3Error('AccessDenied', {}, sentence)
}

/**
 * Whether the bytes' key may be fetched for this caller, to write or to read them. Throws InvalidArgument for whoever came
 * without SigV4, which AWS wants for each key of KMS: with SigV2, or with no signature at all.
 */
export function authorizeKms(
  { method }: { readonly method: string },
  { mayUseKms }: { readonly mayUseKms: boolean },
): void {
  if (mayUseKms || (method !== 'SSE-KMS' && method !== 'DSSE-KMS')) return
  const detail = { ArgumentName: 'Authorization', ArgumentValue: 'null' }
  throw new S3Error('InvalidArgument', detail, needsV4)
}

const needsV4 =
  'Requests specifying Server Side Encryption with AWS KMS managed keys require AWS Signature Version 4.'

const customerAlgorithm = 's3:x-amz-server-side-encryption-customer-algorithm'

/** What conditions can ask of a request, by their keys: what was sent, as it was sent; what was not sent is not there. */
function encryptionFacts(input: EncryptionMembers): ReadonlyMap<string, string> {
  const said: ReadonlyArray<readonly [string, string | undefined]> = [
    ['s3:x-amz-server-side-encryption', input.ServerSideEncryption],
    ['s3:x-amz-server-side-encryption-aws-kms-key-id', input.SSEKMSKeyId],
    [customerAlgorithm, input.SSECustomerAlgorithm],
  ]
  return new Map(said.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])))
}
