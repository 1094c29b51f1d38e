/**
 * The envelope of SSE-C: the data key under a key that is derived of the customer's. Nothing of the customer's key is
 * kept but the MD5 that answers show; that the envelope opens is the proof that it is the same key.
 */
import { createCipheriv, createDecipheriv, hkdfSync } from 'node:crypto'
import type { Chance } from '../../base/chance.ts'
import { S3Error } from '../../model/errors.ts'
import type { Encryption } from '../../stores/metadata/records.ts'
import { tagBytes } from './blocks.ts'
import { binding } from './binding.ts'
import type { CustomerKey, Place } from './envelope.ts'
import { keyBytes } from './key-wrap.ts'

type CustomerEncryption = Extract<Encryption, { method: 'SSE-C' }>

const algorithm = 'aes-256-gcm'
const nonceBytes = 12
const saltBytes = 32
const info = 'ashlar SSE-C data key, version 1'

export function wrapForCustomer(
  secret: Uint8Array,
  { customer, place }: { readonly customer: CustomerKey; readonly place: Place },
  chance: Chance,
): CustomerEncryption {
  const salt = chance.bytes(saltBytes)
  const nonce = chance.bytes(nonceBytes)
  const key = wrappingKey(customer, salt)
  const cipher = createCipheriv(algorithm, key, nonce, { authTagLength: tagBytes })
  key.fill(0)
  cipher.setAAD(binding('SSE-C', place))
  const sealed = Buffer.alloc(nonceBytes + secret.length + tagBytes)
  sealed.set(nonce)
  sealed.set(cipher.update(secret), nonceBytes)
  cipher.final()
  sealed.set(cipher.getAuthTag(), nonceBytes + secret.length)
  const wrapped = sealed.toString('base64')
  return { method: 'SSE-C', keyMd5: customer.keyMd5, salt: base64(salt), wrapped }
}

/** Throws AccessDenied for another key; S3 says no more, and there is no telling it from a changed envelope. */
export function unwrapForCustomer(
  { salt, wrapped }: CustomerEncryption,
  { customer, place }: { readonly customer: CustomerKey; readonly place: Place },
): Uint8Array {
  const sealed = Buffer.from(wrapped, 'base64')
  if (sealed.length !== nonceBytes + keyBytes + tagBytes) throw otherKey()
  const key = wrappingKey(customer, Buffer.from(salt, 'base64'))
  const nonce = sealed.subarray(0, nonceBytes)
  const cipher = createDecipheriv(algorithm, key, nonce, { authTagLength: tagBytes })
  key.fill(0)
  cipher.setAAD(binding('SSE-C', place))
  cipher.setAuthTag(sealed.subarray(nonceBytes + keyBytes))
  const secret = cipher.update(sealed.subarray(nonceBytes, nonceBytes + keyBytes))
  try {
    cipher.final()
  } catch {
    secret.fill(0)
    throw otherKey()
  }
  return secret
}

function wrappingKey({ key }: CustomerKey, salt: Uint8Array): Buffer {
  return Buffer.from(hkdfSync('sha256', key, salt, info, keyBytes))
}

function otherKey(): S3Error {
  return new S3Error(
    'AccessDenied',
    {},
    'Requests specifying Server Side Encryption with Customer provided keys must provide the correct secret key.',
  )
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64')
}
