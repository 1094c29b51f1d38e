/** Keys under another key: AES Key Wrap (RFC 3394), which needs no nonce and proves what it opens. */
import { createCipheriv, createDecipheriv, createSecretKey, type KeyObject } from 'node:crypto'
import { BlobCorrupt } from '../../stores/blobs/store.ts'
import type { RunKeys } from './blocks.ts'

export const keyBytes = 32
const algorithm = 'id-aes256-wrap'
/** The initial value of RFC 3394, section 2.2.3.1. */
const initialValue = Buffer.alloc(8, 0xa6)
/** What wrapping adds. */
const checkBytes = 8

/** The keys, one behind the other, under the wrapping key; base64. */
export function wrapKeys(keys: Uint8Array, by: KeyObject): string {
  const cipher = createCipheriv(algorithm, by, initialValue)
  // Nothing is left for the end: the whole is one step.
  const wrapped = cipher.update(keys)
  cipher.final()
  return wrapped.toString('base64')
}

/** As many keys as were wrapped. Throws BlobCorrupt for what this key never wrapped. */
export function unwrapKeys(wrapped: string, by: KeyObject, count: number): Uint8Array {
  const bytes = Buffer.from(wrapped, 'base64')
  if (bytes.length !== count * keyBytes + checkBytes) {
    throw new BlobCorrupt(`${bytes.length} bytes are no ${count} wrapped keys`)
  }
  const cipher = createDecipheriv(algorithm, by, initialValue)
  try {
    const keys = cipher.update(bytes)
    cipher.final()
    return keys
  } catch {
    throw new BlobCorrupt('the keys of a run were not wrapped by this data key')
  }
}

/** Takes the keys over, and erases them where they were. */
export function secretKeys(keys: Uint8Array): RunKeys {
  const secrets: KeyObject[] = []
  for (let at = 0; at < keys.length; at += keyBytes) {
    secrets.push(createSecretKey(keys.subarray(at, at + keyBytes)))
  }
  keys.fill(0)
  return secrets
}
