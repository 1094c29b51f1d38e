/**
 * Keys in the transit engine of HashiCorp Vault or OpenBao: data keys go there to be wrapped and come back to be opened,
 * and the keys that do it never leave. A disabled key is one that Vault's own policy keeps from us.
 */
import type { Clock, Instant } from '../../base/clock.ts'
import { keyNameOf } from './ring-store.ts'
import { KeyDisabled, KeyMissing, KeyRefused, KeyStoreUnavailable, type KeyStore } from './store.ts'
import { VaultClient, type VaultAnswer, type VaultClientOptions } from './vault-client.ts'

export interface VaultOptions extends VaultClientOptions {
  /** Where the transit engine is mounted. */
  readonly mount: string
  /** The key of whoever names none; made on first use. */
  readonly defaultKey: string
  readonly clock: Clock
}

interface SeenKey {
  readonly latest: number
  readonly seen: Instant
}

/** Of a key whose name alone is known. */
const unseen: SeenKey = { latest: 0, seen: Number.NEGATIVE_INFINITY }
const awsManaged = 'aws/s3'
const nameShape = /^[A-Za-z0-9_](?:[A-Za-z0-9_.-]{0,126}[A-Za-z0-9_])?$/
/** What of a key was seen is believed this long: newest versions and missing keys are known this late. */
const keptMs = 1000
const keysKeptMax = 10_000
/** Those that bind what they wrap to associated data. */
const usableTypes: ReadonlySet<unknown> = new Set([
  'aes128-gcm96',
  'aes256-gcm96',
  'chacha20-poly1305',
])

export class VaultKeys implements KeyStore {
  readonly #options: VaultOptions
  readonly #client: VaultClient
  readonly #keys = new Map<string, SeenKey>()

  constructor(options: VaultOptions) {
    this.#options = options
    this.#client = new VaultClient(options)
  }

  async resolve(asked: string | undefined): Promise<string> {
    const { defaultKey } = this.#options
    const named = asked === undefined ? awsManaged : keyNameOf(asked)
    const name = named === awsManaged ? defaultKey : named
    if (name === defaultKey) await this.#ensure(name)
    await this.#key(name)
    return name
  }

  async wrap(keyId: string, dataKey: Uint8Array, binding: Uint8Array): Promise<string> {
    // Vault makes a key that it does not know when it is to encrypt with it: so it is asked first.
    await this.#key(keyId)
    const asked = { plaintext: base64(dataKey), associated_data: base64(binding) }
    const answer = await this.#ask('POST', 'encrypt', keyId, asked)
    const wrapped = answer.data['ciphertext']
    if (answer.status < 300 && typeof wrapped === 'string') return wrapped
    throw notOurs(keyId, answer) ?? said(answer)
  }

  async unwrap(keyId: string, wrapped: string, binding: Uint8Array): Promise<Uint8Array> {
    checkName(keyId)
    if (!this.#keys.has(keyId)) this.#keep(keyId, unseen)
    const asked = { ciphertext: wrapped, associated_data: base64(binding) }
    const answer = await this.#ask('POST', 'decrypt', keyId, asked)
    const plain = answer.data['plaintext']
    if (answer.status < 300 && typeof plain === 'string') return Buffer.from(plain, 'base64')
    throw notOurs(keyId, answer) ?? refused(keyId, answer)
  }

  async isCurrent(keyId: string, wrapped: string): Promise<boolean> {
    const number = Number(/^vault:v(?<number>[0-9]+):/.exec(wrapped)?.groups?.['number'])
    if (Number.isNaN(number)) throw new KeyRefused('These bytes were not wrapped by Vault.')
    return number >= (await this.#key(keyId)).latest
  }

  async rotations(): Promise<string> {
    // Which keys were rotated before this process first heard of them is not known: so there is always something to look at.
    const told = ['vault']
    for (const name of [...this.#keys.keys()].toSorted()) {
      const latest = await this.#latest(name)
      if (latest > 1) told.push(`${name}:${latest}`)
    }
    return told.join(' ')
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#client[Symbol.dispose]()
  }

  /** 0 for a key that is gone. */
  async #latest(name: string): Promise<number> {
    try {
      return (await this.#key(name)).latest
    } catch (error) {
      if (!(error instanceof KeyMissing)) throw error
      this.#keys.delete(name)
      return 0
    }
  }

  /** Throws KeyMissing. */
  async #key(name: string): Promise<SeenKey> {
    checkName(name)
    const now = this.#options.clock.now()
    const known = this.#keys.get(name)
    if (known !== undefined && Math.abs(now - known.seen) < keptMs) return known
    const answer = await this.#ask('GET', 'keys', name)
    if (answer.status === 404) throw missing(name)
    if (answer.status >= 300) throw said(answer)
    const { type, derived, latest_version: latest } = answer.data
    if (!usableTypes.has(type) || derived === true || typeof latest !== 'number') {
      throw new KeyMissing(
        `The key '${name}' of Vault is of type ${String(type)}${derived === true ? ', derived' : ''}: it cannot bind what it wraps. Use one of type aes256-gcm96.`,
      )
    }
    const seen = { latest, seen: now }
    this.#keep(name, seen)
    return seen
  }

  #keep(name: string, key: SeenKey): void {
    this.#keys.delete(name)
    this.#keys.set(name, key)
    const [oldest] = this.#keys.keys()
    if (this.#keys.size > keysKeptMax && oldest !== undefined) this.#keys.delete(oldest)
  }

  /** Making a key that is there changes nothing. */
  async #ensure(name: string): Promise<void> {
    try {
      await this.#key(name)
    } catch (error) {
      if (!(error instanceof KeyMissing)) throw error
      const answer = await this.#ask('POST', 'keys', name, { type: 'aes256-gcm96' })
      if (answer.status >= 300) throw said(answer)
    }
  }

  #ask(
    method: 'GET' | 'POST',
    ...[what, name, body]: [what: string, name: string, body?: object]
  ): Promise<VaultAnswer> {
    return this.#client.ask(
      method,
      `${this.#options.mount}/${what}/${encodeURIComponent(name)}`,
      body,
    )
  }
}

/** A name that Vault would not take is asked of nobody, and never part of a path. */
function checkName(name: string): void {
  if (!nameShape.test(name)) throw missing(name)
}

function missing(name: string): KeyMissing {
  return new KeyMissing(`Vault has no key '${name}'.`)
}

/** What Vault says of the key and not of the bytes. */
function notOurs(name: string, { status, errors }: VaultAnswer): Error | undefined {
  const text = errors.join('; ')
  if (status === 404 || text.includes('key not found')) return missing(name)
  if (text.includes('(too old)')) {
    return new KeyDisabled(
      `Vault's min_decryption_version disables a version of the key '${name}'.`,
    )
  }
  return undefined
}

function refused(name: string, { errors }: VaultAnswer): KeyRefused {
  return new KeyRefused(`Vault's key '${name}' does not open these bytes (${errors.join('; ')}).`)
}

function said({ status, errors }: VaultAnswer): KeyStoreUnavailable {
  return new KeyStoreUnavailable(`Vault answers ${status}: ${errors.join('; ')}`)
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('base64')
}
