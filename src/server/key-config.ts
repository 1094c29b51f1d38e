/** Where the keys of encryption are: the folder of the key ring, or Vault for those that requests name. */
import { join } from 'node:path'
import { isKeyName } from '../stores/keys/ring-key.ts'
import { ConfigError, openSecret, readText } from './config-error.ts'
import type { OptionName } from './options.ts'

export interface KeyConfig {
  /** The folder of the key ring. */
  readonly folder: string
  /** Keys that are made at start when they are not there. */
  readonly made: readonly string[]
  readonly vault: VaultConfig | undefined
}

export interface VaultConfig {
  readonly address: URL
  /** The token, or the file that holds it. */
  readonly token: { readonly text: string } | { readonly file: string }
  readonly mount: string
  readonly namespace: string | undefined
  /** Certificate authorities (PEM). */
  readonly ca: string | undefined
}

type Value = (name: OptionName) => string | undefined

export interface KeyValues {
  readonly value: Value
  readonly keys: readonly string[]
  readonly data: string
  readonly warnings: string[]
}

/** Throws ConfigError. */
export function readKeyConfig({ value, keys, data, warnings }: KeyValues): KeyConfig {
  for (const name of keys) {
    if (isKeyName(name)) continue
    throw new ConfigError(
      `--kms-key cannot be '${name}'. A key's name is up to 128 letters, digits, hyphens and underscores.`,
    )
  }
  const vault = readVault(value, warnings)
  if (vault !== undefined && keys.length > 0) {
    throw new ConfigError(
      '--kms-key makes keys in the key ring, and --vault-address takes them from Vault. Make them in Vault: vault write -f transit/keys/<name>.',
    )
  }
  return { folder: value('key-ring') ?? join(data, 'keys'), made: keys, vault }
}

function readVault(value: Value, warnings: string[]): VaultConfig | undefined {
  const given = value('vault-address')
  const address = given === undefined ? undefined : parseAddress(given, value)
  if (address === undefined) {
    refuseWithoutAddress(value)
    return undefined
  }
  const ca = value('vault-ca')
  return {
    address,
    token: tokenOf(value, warnings),
    mount: parseMount(value('vault-mount') ?? 'transit'),
    namespace: value('vault-namespace'),
    ca: ca === undefined ? undefined : readText(ca, '--vault-ca'),
  }
}

function refuseWithoutAddress(value: Value): void {
  const others = ['vault-token-file', 'vault-token', 'vault-namespace', 'vault-ca'] as const
  const lonely = others.find((name) => value(name) !== undefined)
  if (lonely === undefined) return
  throw new ConfigError(`--${lonely} says something of Vault, and --vault-address is not given.`)
}

/** A token that crosses a network in clear opens every object. */
function parseAddress(text: string, value: Value): URL {
  const address = URL.canParse(text) ? new URL(text) : undefined
  const isWeb = address?.protocol === 'https:' || address?.protocol === 'http:'
  if (address === undefined || !isWeb || address.username !== '' || address.search !== '') {
    throw new ConfigError(
      `--vault-address cannot be '${text}'. It is an address like https://vault.example.com:8200.`,
    )
  }
  const isSafe = address.protocol === 'https:' || isLoopback(address.hostname)
  if (isSafe || value('vault-over-http') === 'on') return address
  throw new ConfigError(
    `--vault-address ${text} would send the token and every data key in clear. Use https, or allow it with --vault-over-http on.`,
  )
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '[::1]' || /^127\.[0-9.]+$/.test(host)
}

function tokenOf(value: Value, warnings: string[]): VaultConfig['token'] {
  const file = value('vault-token-file')
  const text = value('vault-token')
  if (file !== undefined) {
    if (readText(file, '--vault-token-file').trim() === '') {
      throw new ConfigError(`The file of --vault-token-file is empty: ${file}`)
    }
    warnings.push(...openSecret(file))
    return { file }
  }
  if (text !== undefined) return { text }
  throw new ConfigError(
    'Vault wants a token. Name the file that holds it with --vault-token-file, or give it as ASHLAR_VAULT_TOKEN.',
  )
}

function parseMount(text: string): string {
  const mount = text.replace(/^\/+|\/+$/g, '')
  if (/^[A-Za-z0-9._-]+(?:\/[A-Za-z0-9._-]+)*$/.test(mount) && !/(^|\/)\.+(\/|$)/.test(mount)) {
    return mount
  }
  throw new ConfigError(`--vault-mount cannot be '${text}'. It is a path like transit.`)
}
