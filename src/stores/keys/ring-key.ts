/** One key of a key ring: its versions, and how a version wraps and opens data keys. */
import { createCipheriv, createDecipheriv } from 'node:crypto'
import type { Instant } from '../../base/clock.ts'
import { KeyDisabled, KeyMissing, KeyRefused, KeyStoreUnavailable } from './store.ts'

export interface KeyVersion {
  /** From 1 on. */
  readonly number: number
  readonly created: Instant
  /** 32 random bytes. */
  readonly material: Uint8Array
}

export interface RingKey {
  readonly name: string
  readonly enabled: boolean
  /** By number; never empty in a key without a fault. */
  readonly versions: readonly KeyVersion[]
  /** Why the key cannot be used, as a sentence for the operator; undefined for a sound key. */
  readonly fault?: string | undefined
}

export const materialBytes = 32
/** NIST SP 800-38D §8.2.2: random nonces of 96 bits, for at most 2^32 wraps under one version. */
export const nonceBytes = 12
const tagBytes = 16
const algorithm = 'aes-256-gcm'

const nameShape = /^[A-Za-z0-9][A-Za-z0-9_-]{0,127}$/
/** A key's name is part of the name of a file, so it is letters, digits, hyphens and underscores only. */
export function isKeyName(name: string): boolean {
  return nameShape.test(name)
}

/** Throws KeyDisabled, KeyMissing without a version, and KeyStoreUnavailable for a key with a fault. */
export function newestVersion(key: RingKey): KeyVersion {
  refuseUnusable(key)
  const newest = key.versions.at(-1)
  if (newest === undefined) throw new KeyMissing(`The key '${key.name}' has no version.`)
  return newest
}

/** `ring:<version>:<base64 of nonce, sealed data key, tag>`; AES-256-GCM, `binding` is its associated data. */
export function wrapUnder(
  version: KeyVersion,
  dataKey: Uint8Array,
  { binding, nonce }: { readonly binding: Uint8Array; readonly nonce: Uint8Array },
): string {
  const cipher = createCipheriv(algorithm, version.material, nonce)
  cipher.setAAD(binding)
  const sealed = new Uint8Array(nonceBytes + dataKey.length + tagBytes)
  sealed.set(nonce)
  sealed.set(cipher.update(dataKey), nonceBytes)
  cipher.final()
  sealed.set(cipher.getAuthTag(), nonceBytes + dataKey.length)
  return `ring:${version.number}:${Buffer.from(sealed).toString('base64')}`
}

/** Throws KeyDisabled, KeyRefused, KeyStoreUnavailable, and KeyMissing when the version is not in the ring. */
export function unwrapWith(key: RingKey, wrapped: string, binding: Uint8Array): Uint8Array {
  refuseUnusable(key)
  const { number, sealed } = parseWrapped(wrapped)
  const version = key.versions.find((one) => one.number === number)
  if (version === undefined) {
    throw new KeyMissing(`The ring has no version ${number} of the key '${key.name}'.`)
  }
  const decipher = createDecipheriv(algorithm, version.material, sealed.subarray(0, nonceBytes), {
    authTagLength: tagBytes,
  })
  decipher.setAAD(binding)
  decipher.setAuthTag(sealed.subarray(-tagBytes))
  const dataKey = decipher.update(sealed.subarray(nonceBytes, -tagBytes))
  try {
    decipher.final()
    return dataKey
  } catch {
    dataKey.fill(0)
    throw new KeyRefused(`These bytes were not wrapped by the key '${key.name}' for this use.`)
  }
}

/** Throws KeyRefused for what no ring wrapped. */
export function versionOf(wrapped: string): number {
  return parseWrapped(wrapped).number
}

const wrappedShape = /^ring:(?<number>[1-9][0-9]{0,8}):(?<sealed>[A-Za-z0-9+/]+={0,2})$/

function parseWrapped(wrapped: string): { number: number; sealed: Buffer } {
  const groups = wrappedShape.exec(wrapped)?.groups
  const text = groups?.['sealed'] ?? ''
  const sealed = Buffer.from(text, 'base64')
  // Base64 has several texts for some bytes: only ours counts, so that a changed character is always a refusal.
  if (sealed.length <= nonceBytes + tagBytes || sealed.toString('base64') !== text) {
    throw new KeyRefused('These bytes were not wrapped by a key ring.')
  }
  return { number: Number(groups?.['number']), sealed }
}

function refuseUnusable({ name, enabled, fault }: RingKey): void {
  if (fault !== undefined) throw new KeyStoreUnavailable(fault)
  if (!enabled) throw new KeyDisabled(`The key '${name}' is disabled.`)
}
