/** A key ring as a key store: the keys that one kind of encryption may use, and its default key. */
import { newestVersion, nonceBytes, unwrapWith, versionOf, wrapUnder } from './ring-key.ts'
import type { KeyRing } from './ring.ts'
import { KeyMissing, type KeyStore } from './store.ts'

export interface RingStoreParts {
  readonly ring: KeyRing
  /** The key of whoever names none; made on first use. */
  readonly defaultKey: string
  /** A key that is not this store's to use. */
  readonly foreignKey?: string
}

/** What AWS calls its own key for S3: here it is the default one. */
const awsManaged = 'aws/s3'

export class RingStore implements KeyStore {
  readonly #parts: RingStoreParts

  constructor(parts: RingStoreParts) {
    this.#parts = parts
  }

  async resolve(asked: string | undefined): Promise<string> {
    const { ring, defaultKey, foreignKey } = this.#parts
    const named = asked === undefined ? awsManaged : keyNameOf(asked)
    const name = named === awsManaged ? defaultKey : named
    if (name === foreignKey) throw new KeyMissing(`The key '${name}' is not for this use.`)
    const key = name === defaultKey ? ring.ensure(name) : ring.get(name)
    newestVersion(key)
    return key.name
  }

  async wrap(keyId: string, dataKey: Uint8Array, binding: Uint8Array): Promise<string> {
    const { ring } = this.#parts
    const nonce = ring.chance.bytes(nonceBytes)
    return wrapUnder(newestVersion(ring.get(keyId)), dataKey, { binding, nonce })
  }

  async unwrap(keyId: string, wrapped: string, binding: Uint8Array): Promise<Uint8Array> {
    return unwrapWith(this.#parts.ring.get(keyId, versionOf(wrapped)), wrapped, binding)
  }

  async isCurrent(keyId: string, wrapped: string): Promise<boolean> {
    return versionOf(wrapped) >= newestVersion(this.#parts.ring.get(keyId)).number
  }

  async rotations(): Promise<string> {
    const rotated = this.#parts.ring
      .keys()
      .filter(({ versions }) => (versions.at(-1)?.number ?? 1) > 1)
    return rotated.map(({ name, versions }) => `${name}:${versions.at(-1)?.number}`).join(' ')
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // Nothing is held open.
  }
}

/** The name in a name, an `alias/…`, a `key/…` or an ARN that ends in one of the two. */
export function keyNameOf(asked: string): string {
  return asked.replace(/^arn:[^/]*:(?=(?:key|alias)\/)/, '').replace(/^(?:key|alias)\//, '')
}
