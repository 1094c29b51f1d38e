/**
 * Customers' keys (SSE-C): the three headers that bring one, for the bytes of a request and for the source of a copy. What is
 * wrong with them is said as AWS was recorded to say it, and never shows a byte of a key.
 */
import { createHash } from 'node:crypto'
import { S3Error } from '../model/errors.ts'
import type { CustomerKey } from '../payload/encryption/envelope.ts'
import type { Settings } from './settings.ts'

export interface CustomerKeyMembers {
  readonly SSECustomerAlgorithm?: string | undefined
  readonly SSECustomerKey?: string | undefined
  readonly SSECustomerKeyMD5?: string | undefined
}

export interface SourceKeyMembers {
  readonly CopySourceSSECustomerAlgorithm?: string | undefined
  readonly CopySourceSSECustomerKey?: string | undefined
  readonly CopySourceSSECustomerKeyMD5?: string | undefined
}

/** How the request came: the Service of an operation. */
export interface Transport {
  readonly isSecure: boolean
  readonly settings: Pick<Settings, 'customerKeysOverHttp'>
}

export const customerKeyBytes = 32

/** What every fault of encryption headers is said of, whichever header it is in. */
export const encryptionArgument = 'x-amz-server-side-encryption'

/** Any of the three is there, so that the request means SSE-C. */
export function namesCustomerKey(members: CustomerKeyMembers): boolean {
  return [members.SSECustomerAlgorithm, members.SSECustomerKey, members.SSECustomerKeyMD5].some(
    (member) => member !== undefined,
  )
}

/** The same three of a copy's source. */
export function sourceKeyMembers(input: SourceKeyMembers): CustomerKeyMembers {
  return {
    SSECustomerAlgorithm: input.CopySourceSSECustomerAlgorithm,
    SSECustomerKey: input.CopySourceSSECustomerKey,
    SSECustomerKeyMD5: input.CopySourceSSECustomerKeyMD5,
  }
}

/**
 * The key to seal bytes with; undefined without one. Throws InvalidArgument and InvalidEncryptionAlgorithmError (row 35);
 * InvalidRequest over plain HTTP unless the operator allowed it.
 */
export function writingKey(
  members: CustomerKeyMembers,
  transport: Transport,
): CustomerKey | undefined {
  if (!namesCustomerKey(members)) return undefined
  const found = readKey(members, transport)
  if (members.SSECustomerKeyMD5 === undefined) throw invalid(noMd5)
  if (found.key.length !== customerKeyBytes) throw invalid(otherLength)
  return found
}

/**
 * The key to open bytes with. S3 was recorded to be milder here: it does not insist on the MD5, and a key of another length
 * is simply not the right one. Throws as `writingKey` does otherwise.
 */
export function readingKey(
  members: CustomerKeyMembers,
  transport: Transport,
): CustomerKey | undefined {
  return namesCustomerKey(members) ? readKey(members, transport) : undefined
}

function readKey(members: CustomerKeyMembers, { isSecure, settings }: Transport): CustomerKey {
  if (!isSecure && !settings.customerKeysOverHttp)
    throw new S3Error('InvalidRequest', {}, notSecure)
  const { SSECustomerAlgorithm: algorithm, SSECustomerKey: text = '' } = members
  if (algorithm === undefined) throw invalid(noAlgorithm)
  if (algorithm !== 'AES256') {
    throw new S3Error('InvalidEncryptionAlgorithmError', {
      ArgumentName: encryptionArgument,
      ArgumentValue: algorithm,
    })
  }
  if (text === '') throw invalid(noKey)
  // Read leniently, as S3 does: what is no base64 is caught by its MD5.
  const key = Buffer.from(text, 'base64')
  const keyMd5 = createHash('md5').update(key).digest('base64')
  // S3 compares before it looks at the length.
  if ((members.SSECustomerKeyMD5 ?? keyMd5) !== keyMd5) throw invalid(otherMd5)
  return { method: 'SSE-C', key, keyMd5 }
}

const requests = 'Requests specifying Server Side Encryption with Customer provided keys must'
const notSecure = `${requests} be made over a secure connection.`
const noAlgorithm = `${requests} provide a valid encryption algorithm.`
const noKey = `${requests} provide an appropriate secret key.`
const noMd5 = `${requests} provide the client calculated MD5 of the secret key.`
const otherMd5 = 'The calculated MD5 hash of the key did not match the hash that was provided.'
const otherLength = 'The secret key was invalid for the specified algorithm.'

/** S3 names no value: it would be the key, or nothing. */
function invalid(sentence: string): S3Error {
  const detail = { ArgumentName: encryptionArgument, ArgumentValue: 'null' }
  return new S3Error('InvalidArgument', detail, sentence)
}
