/** The accounts of `--accounts FILE`: read once at start, checked to the last field, so that a typing error is found then. */
import type { AccessKey, Account, Credentials } from '../identity/account.ts'
import { ConfigError, readText } from './config-error.ts'

/** Throws ConfigError that names the field. */
export function readAccounts(file: string): readonly AccessKey[] {
  const name = '--accounts'
  let data: unknown
  try {
    data = JSON.parse(readText(file, name))
  } catch (error) {
    if (error instanceof ConfigError) throw error
    throw new ConfigError(`${name} ${file} is not JSON: ${(error as Error).message}`)
  }
  const at = new Place(`${name} ${file}`)
  const accounts = at.list(at.object(data, ['accounts'])['accounts'], 'accounts')
  return accounts.flatMap((account, index) => readAccount(account, at.in(`accounts[${index}]`)))
}

/** Keys by id, accounts by canonical id. Throws ConfigError when two accounts or two keys share a name. */
export function credentialsOf(keys: readonly AccessKey[]): Credentials {
  const byId = new Map<string, AccessKey>()
  const accounts = new Map<string, Account>()
  for (const key of keys) {
    const { accessKeyId, account } = key
    if (byId.has(accessKeyId)) {
      throw new ConfigError(
        `The access key ${accessKeyId} is given twice. Every key belongs to one account.`,
      )
    }
    byId.set(accessKeyId, key)
    const earlier = accounts.get(account.canonicalId) ?? account
    if (earlier !== account) {
      throw new ConfigError(
        `Two accounts have the canonicalId ${account.canonicalId}. Each needs its own.`,
      )
    }
    accounts.set(account.canonicalId, account)
  }
  return { find: (id) => byId.get(id), account: (id) => accounts.get(id) }
}

function readAccount(data: unknown, at: Place): readonly AccessKey[] {
  const fields = at.object(data, ['canonicalId', 'accountId', 'displayName', 'email', 'keys'])
  const email = fields['email']
  const account: Account = {
    canonicalId: at.text(fields['canonicalId'], 'canonicalId', /^[0-9a-f]{64}$/),
    accountId: at.text(fields['accountId'], 'accountId', /^[0-9]{12}$/),
    displayName: at.text(fields['displayName'], 'displayName', /^.{1,128}$/),
    email: email === undefined ? undefined : at.text(email, 'email', /^[^\s@]+@[^\s@]+$/),
  }
  const keys = at.list(fields['keys'], 'keys')
  return keys.map((key, index) => readKey(key, account, at.in(`keys[${index}]`)))
}

function readKey(data: unknown, account: Account, at: Place): AccessKey {
  const fields = at.object(data, ['accessKeyId', 'secretAccessKey', 'sessionToken'])
  const token = fields['sessionToken']
  return {
    accessKeyId: at.text(fields['accessKeyId'], 'accessKeyId', /^(?=[!-~]{3,128}$)[^,=/]+$/),
    secretAccessKey: at.text(fields['secretAccessKey'], 'secretAccessKey', /^.{8,}$/),
    sessionToken: token === undefined ? undefined : at.text(token, 'sessionToken', /^[!-~]+$/),
    account,
  }
}

/** Where in the file a value stands, for the message that it does not fit. Values themselves may be secret: they are not shown. */
class Place {
  readonly #path: string

  constructor(path: string) {
    this.#path = path
  }

  in(name: string): Place {
    return new Place(`${this.#path}: ${name}`)
  }

  object(data: unknown, known: readonly string[]): Record<string, unknown> {
    if (typeof data !== 'object' || data === null || Array.isArray(data)) {
      throw new ConfigError(`${this.#path} must be an object with ${known.join(', ')}.`)
    }
    const strange = Object.keys(data).find((name) => !known.includes(name))
    if (strange === undefined) return data as Record<string, unknown>
    throw new ConfigError(
      `${this.#path} has a field '${strange}' that means nothing. Known are ${known.join(', ')}.`,
    )
  }

  list(data: unknown, name: string): readonly unknown[] {
    if (Array.isArray(data)) return data
    throw new ConfigError(`${this.#path}: ${name} must be a list.`)
  }

  text(data: unknown, name: string, shape: RegExp): string {
    if (typeof data === 'string' && shape.test(data)) return data
    throw new ConfigError(`${this.#path}: ${name} must be a text of the form ${shape.source}.`)
  }
}
