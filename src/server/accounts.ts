/** The accounts of `--accounts FILE`: read once at start, checked to the last field, so that a typing error is found then. */
import type { Instant } from '../base/clock.ts'
import type { AccessKey, Account, ApiKey, Credentials } from '../identity/account.ts'
import { ConfigError, readText } from './config-error.ts'

/** What accounts ask with. */
export interface Keys {
  readonly keys: readonly AccessKey[]
  readonly apiKeys: readonly ApiKey[]
}

/** Throws ConfigError that names the field. */
export function readAccounts(file: string): Keys {
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
  const read = accounts.map((account, index) => readAccount(account, at.in(`accounts[${index}]`)))
  return { keys: read.flatMap(({ keys }) => keys), apiKeys: read.flatMap((one) => one.apiKeys) }
}

/** Keys by id, accounts by canonical id. Throws ConfigError when two accounts or two keys share a name. */
export function credentialsOf(
  keys: readonly AccessKey[],
  apiKeys: readonly ApiKey[] = [],
): Credentials {
  const ids = new Set<string>()
  const accounts = new Map<string, Account>()
  for (const { accessKeyId: id, account } of [...keys, ...apiKeys]) {
    if (ids.has(id)) {
      throw new ConfigError(
        `The access key ${id} is given twice. Every key belongs to one account.`,
      )
    }
    ids.add(id)
    const earlier = accounts.get(account.canonicalId) ?? account
    if (earlier !== account) {
      throw new ConfigError(
        `Two accounts have the canonicalId ${account.canonicalId}. Each needs its own.`,
      )
    }
    accounts.set(account.canonicalId, account)
  }
  const byId = new Map(keys.map((key) => [key.accessKeyId, key]))
  return {
    find: (id) => byId.get(id),
    account: (id) => accounts.get(id),
    accountsWithEmail: (email) =>
      Array.from(accounts.values()).filter(
        (account) => account.email?.toLowerCase() === email.toLowerCase(),
      ),
  }
}

const accountFields = ['canonicalId', 'accountId', 'displayName', 'email', 'keys', 'apiKeys']

function readAccount(data: unknown, at: Place): Keys {
  const fields = at.object(data, accountFields)
  const email = fields['email']
  const account: Account = {
    canonicalId: at.text(fields['canonicalId'], 'canonicalId', /^[0-9a-f]{64}$/),
    accountId: at.text(fields['accountId'], 'accountId', /^[0-9]{12}$/),
    displayName: at.text(fields['displayName'], 'displayName', /^.{1,128}$/),
    email: email === undefined ? undefined : at.text(email, 'email', /^[^\s@]+@[^\s@]+$/),
  }
  const keys = at.list(fields['keys'], 'keys')
  const apiKeys = at.list(fields['apiKeys'] ?? [], 'apiKeys')
  return {
    keys: keys.map((key, index) => readKey(key, account, at.in(`keys[${index}]`))),
    apiKeys: apiKeys.map((key, index) => readApiKey(key, account, at.in(`apiKeys[${index}]`))),
  }
}

/** ',', '=' and '/' would break the Credential of a signature apart. */
const keyIdShape = /^(?=[!-~]{3,128}$)[^,=/]+$/

function readKey(data: unknown, account: Account, at: Place): AccessKey {
  const fields = at.object(data, ['accessKeyId', 'secretAccessKey', 'sessionToken', 'expires'])
  const { sessionToken: token, expires } = fields
  return {
    accessKeyId: at.text(fields['accessKeyId'], 'accessKeyId', keyIdShape),
    secretAccessKey: at.text(fields['secretAccessKey'], 'secretAccessKey', /^.{8,}$/),
    sessionToken: token === undefined ? undefined : at.text(token, 'sessionToken', /^[!-~]+$/),
    ...(expires !== undefined && { expires: readEnd(expires, token, at) }),
    account,
  }
}

/** A client learns of an end only through the token that ends: a key without one would just stop to work. */
function readEnd(expires: unknown, token: unknown, at: Place): Instant {
  if (token === undefined) throw at.wrong('expires', 'needs a sessionToken beside it')
  const text = at.text(expires, 'expires', /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z$/)
  const instant = Date.parse(text)
  if (Number.isNaN(instant)) throw at.wrong('expires', 'is no day and time that exists')
  return instant
}

/** Short ones could be guessed; those of IBM have 44 characters. */
function readApiKey(data: unknown, account: Account, at: Place): ApiKey {
  const fields = at.object(data, ['id', 'apiKey'])
  return {
    accessKeyId: at.text(fields['id'], 'id', keyIdShape),
    apiKey: at.text(fields['apiKey'], 'apiKey', /^[!-~]{20,256}$/),
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
    throw this.wrong(name, `must be a text of the form ${shape.source}`)
  }

  wrong(name: string, what: string): ConfigError {
    return new ConfigError(`${this.#path}: ${name} ${what}.`)
  }
}
