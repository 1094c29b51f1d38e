/** The keys of encryption, opened: the ring in its folder, and Vault where the operator has one. */
import type { Chance } from '../base/chance.ts'
import type { Clock } from '../base/clock.ts'
import { openFolderShelf } from '../stores/keys/folder-shelf.ts'
import { keyStoresOf, kmsDefaultKey, type KeyStores } from '../stores/keys/key-stores.ts'
import { KeyRing } from '../stores/keys/ring.ts'
import { KeyStoreUnavailable } from '../stores/keys/store.ts'
import { VaultKeys } from '../stores/keys/vault.ts'
import type { Log } from '../observe/log.ts'
import { ConfigError, readText } from './config-error.ts'
import type { KeyConfig, VaultConfig } from './key-config.ts'
import { watched } from './watched-keys.ts'

export interface Surroundings {
  readonly clock: Clock
  readonly chance: Chance
  readonly log: Log
}

export interface OpenedKeys extends KeyStores, AsyncDisposable {
  readonly ring: KeyRing
}

/** Throws ConfigError for what the operator can mend: a folder or a file that is damaged, or that others may read. */
export function openKeys(config: KeyConfig, { clock, chance, log }: Surroundings): OpenedKeys {
  const ring = openRing(config.folder, { clock, chance })
  for (const name of config.made) ring.ensure(name)
  const { server, kms: own } = keyStoresOf(ring)
  const kms = config.vault === undefined ? own : vaultKeys(config.vault, clock)
  const watching = { log, clock }
  return {
    ring,
    server: watched(server, watching),
    kms: watched(kms, watching),
    [Symbol.asyncDispose]: () => kms[Symbol.asyncDispose](),
  }
}

/** Throws ConfigError. */
export function openRing(folder: string, { clock, chance }: Omit<Surroundings, 'log'>): KeyRing {
  return mendable(() => {
    return new KeyRing({ shelf: openFolderShelf({ folder, clock, chance }), clock, chance })
  })
}

/** What a key ring says of its folder is for the operator. */
export function mendable<T>(work: () => T): T {
  try {
    return work()
  } catch (error) {
    throw error instanceof KeyStoreUnavailable ? new ConfigError(error.message) : error
  }
}

function vaultKeys(vault: VaultConfig, clock: Clock): VaultKeys {
  const { token } = vault
  return new VaultKeys({
    ...vault,
    token: () => ('text' in token ? token.text : readText(token.file, '--vault-token-file').trim()),
    defaultKey: kmsDefaultKey,
    clock,
  })
}
