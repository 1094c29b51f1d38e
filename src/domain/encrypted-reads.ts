/**
 * What a read of encrypted bytes must bring, and what it must not: GetObject, HeadObject, GetObjectAttributes, the source of a
 * copy. Judged before a byte or a length is told.
 */
import { S3Error } from '../model/errors.ts'
import type { CustomerKey } from '../payload/encryption/envelope.ts'
import type { Encryption } from '../stores/metadata/records.ts'
import { customerKeyBytes, encryptionArgument } from './customer-keys.ts'
import { checkKmsMembers, managedMethod, type EncryptionMembers } from './encryption.ts'

/** Headers of writes, which S3 refuses on reads: whoever sends them believes that they do something. */
export type WritingMembers = Pick<EncryptionMembers, 'ServerSideEncryption' | 'SSEKMSKeyId'>

/** Throws InvalidArgument. */
export function refuseWritingMembers(input: WritingMembers): void {
  const { ServerSideEncryption: value } = input
  checkKmsMembers(input, value === undefined ? undefined : managedMethod(value))
  if (value === undefined) return
  const detail = { ArgumentName: encryptionArgument, ArgumentValue: value }
  const sentence = `${encryptionArgument} header is not supported for this operation.`
  throw new S3Error('InvalidArgument', detail, sentence)
}

/**
 * The customer's key that the bytes open with; undefined for bytes that need none. Throws InvalidRequest where there is none
 * for bytes that need one, or one for bytes that need none; AccessDenied for what can be no key of theirs.
 */
export function openingKey(
  brought: CustomerKey | undefined,
  encryption: Encryption | undefined,
): CustomerKey | undefined {
  if (encryption?.method !== 'SSE-C') {
    if (brought !== undefined) throw new S3Error('InvalidRequest', {}, notApplicable)
    return undefined
  }
  if (brought === undefined) throw new S3Error('InvalidRequest', {}, needsKey)
  if (brought.key.length !== customerKeyBytes) throw new S3Error('AccessDenied', {}, otherKey)
  return brought
}

const notApplicable = 'The encryption parameters are not applicable to this object.'
const needsKey =
  'The object was stored using a form of Server Side Encryption. The correct parameters must be provided to retrieve the object.'
const otherKey =
  'Requests specifying Server Side Encryption with Customer provided keys must provide the correct secret key.'
