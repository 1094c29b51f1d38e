/** The two key stores of a server: its own key, and the keys that requests may name. */
import { RingStore } from './ring-store.ts'
import type { KeyRing } from './ring.ts'
import type { KeyStore } from './store.ts'

export interface KeyStores {
  /** Of SSE-S3. */
  readonly server: KeyStore
  /** Of SSE-KMS and DSSE-KMS. */
  readonly kms: KeyStore
}

/** The server's own key; requests cannot name it. */
export const serverKey = 'sse-s3'
/** Of a request for SSE-KMS that names no key. */
export const kmsDefaultKey = 'aws-s3'

export function keyStoresOf(ring: KeyRing): KeyStores {
  return {
    server: new RingStore({ ring, defaultKey: serverKey }),
    kms: new RingStore({ ring, defaultKey: kmsDefaultKey, foreignKey: serverKey }),
  }
}
