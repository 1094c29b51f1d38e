/**
 * What bearer tokens are signed with: 32 bytes of chance, made on the first start with the token service and kept in the data
 * folder, so that a restart ends nobody's session. It is derived from no other secret and known to no other server.
 */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Chance } from '../base/chance.ts'
import { ConfigError } from './config-error.ts'
import { keepSecretFile, readSecretFile } from './secret-file.ts'

const sizeBytes = 32

/** Throws ConfigError when the file is damaged or others may read it. `data` exists. */
export function openTokenKey(data: string, chance: Chance): Uint8Array {
  const file = join(data, 'token-key')
  if (!existsSync(file)) {
    const made = Buffer.from(chance.bytes(sizeBytes))
    keepSecretFile(file, `${made.toString('hex')}\n`)
    return made
  }
  const kept = Buffer.from(readSecretFile(file, 'the key of bearer tokens').trim(), 'hex')
  if (kept.length === sizeBytes) return kept
  throw new ConfigError(`${file} is damaged. Remove it: a new one is made, and tokens end with it.`)
}
