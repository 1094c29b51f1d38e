/**
 * The root account: made at random on the first start and kept in the data folder, readable by its owner only. There is no
 * default that anybody could know.
 */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Chance } from '../base/chance.ts'
import type { AccessKey } from '../identity/account.ts'
import type { Config } from './config.ts'
import { ConfigError } from './config-error.ts'
import { keepSecretFile, readSecretFile } from './secret-file.ts'

export interface RootAccount {
  readonly key: AccessKey
  /** The file that keeps it. */
  readonly file: string
  /** The pair was made just now: the one moment in which it is shown. */
  readonly fresh: boolean
  /** The operator gave the pair; the file does not hold it. */
  readonly given: boolean
}

interface Kept {
  readonly canonicalId: string
  readonly accountId: string
  readonly accessKeyId?: string | undefined
  readonly secretAccessKey?: string | undefined
}

/** Throws ConfigError when the file is damaged or others may read it. The folder exists. */
export function openRootAccount(
  config: Pick<Config, 'data' | 'root'>,
  chance: Chance,
): RootAccount {
  const file = join(config.data, 'credentials.json')
  const kept = existsSync(file) ? readKept(file) : undefined
  const { accessKeyId, secretAccessKey } = config.root ?? keptPair(kept) ?? freshPair(chance)
  const identity = kept ?? freshIdentity(chance)
  const fresh = config.root === undefined && keptPair(kept) === undefined
  if (kept === undefined || fresh) {
    const made = fresh ? { ...identity, accessKeyId, secretAccessKey } : identity
    // Durable before any bucket names the account as its owner.
    keepSecretFile(file, `${JSON.stringify(made, undefined, 2)}\n`)
  }
  const account = {
    canonicalId: identity.canonicalId,
    accountId: identity.accountId,
    displayName: 'root',
    email: undefined,
  }
  const key = { accessKeyId, secretAccessKey, sessionToken: undefined, account }
  return { key, file, fresh, given: config.root !== undefined }
}

/** Canonical id of the root account of a data folder that has been served from. Throws ConfigError where it is not known. */
export function rootOwner(data: string): string {
  const file = join(data, 'credentials.json')
  if (existsSync(file)) return readKept(file).canonicalId
  throw new ConfigError(
    `There is no ${file}, so nobody can own the buckets that are made again. Put it back from a backup; without one, start ashlar serve once on an empty folder and take its credentials.json.`,
  )
}

function readKept(file: string): Kept {
  const damaged = `${file} is damaged. Restore it from a backup; without it a new root account would not own the buckets of the old one.`
  try {
    const kept = JSON.parse(readSecretFile(file, 'the root key')) as Kept
    if (/^[0-9a-f]{64}$/.test(kept.canonicalId) && /^[0-9]{12}$/.test(kept.accountId)) return kept
  } catch (error) {
    if (error instanceof ConfigError) throw error
  }
  throw new ConfigError(damaged)
}

function keptPair(kept: Kept | undefined): Config['root'] {
  if (kept?.accessKeyId === undefined || kept.secretAccessKey === undefined) return undefined
  return { accessKeyId: kept.accessKeyId, secretAccessKey: kept.secretAccessKey }
}

const upperCase = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'
const digits = '0123456789'

/** 20 characters as AWS's access key ids have; 40 of 62 kinds for the secret, 238 bits, nothing a shell would touch. */
function freshPair(chance: Chance): { accessKeyId: string; secretAccessKey: string } {
  return {
    accessKeyId: `ASHL${draw(chance, 16, upperCase + digits)}`,
    secretAccessKey: draw(chance, 40, upperCase + upperCase.toLowerCase() + digits),
  }
}

function freshIdentity(chance: Chance): Kept {
  return {
    canonicalId: Buffer.from(chance.bytes(32)).toString('hex'),
    accountId: draw(chance, 12, digits),
  }
}

/** `count` characters of `alphabet`, each as likely as the other: bytes beyond the last whole round are thrown away. */
function draw(chance: Chance, count: number, alphabet: string): string {
  const fair = 256 - (256 % alphabet.length)
  let text = ''
  while (text.length < count) {
    const byte = chance.bytes(1)[0] ?? 0
    if (byte < fair) text += alphabet.charAt(byte % alphabet.length)
  }
  return text
}
