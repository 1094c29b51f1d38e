/**
 * Who may ask: the root account, the accounts of the operator and the key of bearer tokens. Read and made once, by the process
 * that has the data folder, so that all that serve know the same.
 */
import type { Chance } from '../base/chance.ts'
import type { Credentials } from '../identity/account.ts'
import { Tokens } from '../identity/tokens.ts'
import type { Log } from '../observe/log.ts'
import { credentialsOf, readAccounts, type Keys } from './accounts.ts'
import type { Config } from './config.ts'
import { openSecret } from './config-error.ts'
import { openRootAccount, type RootAccount } from './root-account.ts'
import { openTokenKey } from './token-key.ts'

/** Plain data, which another process can be handed. */
export interface Identities {
  readonly root: RootAccount
  readonly further: Keys
  /** Absent where the token service is off. */
  readonly tokenKey: Uint8Array | undefined
}

export interface IdentitiesParts {
  /** Path of the data folder, which exists and is taken. */
  readonly data: string
  readonly chance: Chance
  readonly log: Log
}

/** Throws ConfigError for a file that is damaged, or that others may read. */
export function openIdentities(config: Config, { data, chance, log }: IdentitiesParts): Identities {
  return {
    root: openRootAccount({ ...config, data }, chance),
    further: furtherAccounts(config, log),
    tokenKey: config.tokenService ? openTokenKey(data, chance) : undefined,
  }
}

/** What signatures and tokens are checked against. Throws ConfigError when two accounts or two keys share a name. */
export function known({ root, further, tokenKey }: Identities): {
  readonly credentials: Credentials
  readonly tokens: Tokens | undefined
} {
  return {
    credentials: credentialsOf([root.key, ...further.keys], further.apiKeys),
    tokens: tokenKey === undefined ? undefined : new Tokens(tokenKey, further.apiKeys),
  }
}

function furtherAccounts({ accountsFile }: Config, log: Log): Keys {
  if (accountsFile === undefined) return { keys: [], apiKeys: [] }
  const keys = readAccounts(accountsFile)
  for (const sentence of openSecret(accountsFile)) log.warn({}, sentence)
  return keys
}
