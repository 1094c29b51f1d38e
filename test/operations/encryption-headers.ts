/** Headers of S3's encryption, as clients send them. */
import { md5 } from './rows.ts'

export type Headers = Readonly<Record<string, string>>

/** A key of a customer: 32 times the same letter. */
export function keyOf(letter: string): Buffer {
  return Buffer.alloc(32, letter)
}

const prefix = 'x-amz-server-side-encryption-'

/** The three headers of a customer's key; `of` is for the source of a copy. */
export function customerKey(letter: string, of = ''): Record<string, string> {
  const key = keyOf(letter)
  const name = of === '' ? prefix : `x-amz-${of}-server-side-encryption-`
  return {
    [`${name}customer-algorithm`]: 'AES256',
    [`${name}customer-key`]: key.toString('base64'),
    [`${name}customer-key-MD5`]: md5(key, 'base64'),
  }
}

/** The same for the source of a copy. */
export function sourceKey(letter: string): Record<string, string> {
  return customerKey(letter, 'copy-source')
}

export const byServer: Headers = { 'x-amz-server-side-encryption': 'AES256' }

export function byKms(keyId: string, method = 'aws:kms'): Headers {
  return { 'x-amz-server-side-encryption': method, [`${prefix}aws-kms-key-id`]: keyId }
}

/** What an answer says of encryption, by the names without their common beginning. */
export function toldOf(headers: Headers): Headers {
  const told = Object.entries(headers).filter(([name]) => name.startsWith(prefix.slice(0, -1)))
  return Object.fromEntries(
    told.map(([name, value]) => [name.slice(prefix.length - 1).replace(/^-/, '') || 'sse', value]),
  )
}

/** What an answer says of bytes under a customer's key. */
export function toldCustomer(letter: string): Headers {
  return { 'customer-algorithm': 'AES256', 'customer-key-md5': md5(keyOf(letter), 'base64') }
}
