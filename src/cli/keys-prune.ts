/**
 * `ashlar keys prune`: removes the versions of a key that no envelope needs. It is done with the server stopped, for it takes
 * the metadata for itself: a request that wrapped its key under an old version may not be under way.
 */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { ConfigError } from '../server/config-error.ts'
import { versionOf } from '../stores/keys/ring-key.ts'
import type { KeyRing } from '../stores/keys/ring.ts'
import { openSqliteMetadata } from '../stores/metadata/sqlite.ts'
import type { EnvelopePage, MetadataStore } from '../stores/metadata/store.ts'

const rowsAtOnce = 1000

export interface Pruning {
  readonly name: string
  readonly data: string
  readonly ring: KeyRing
}

/** Answers what to say. Throws ConfigError where it cannot be known what is needed. */
export async function pruneKey({ name, data, ring }: Pruning): Promise<string> {
  const file = join(data, 'metadata.sqlite')
  if (!existsSync(file)) {
    throw new ConfigError(`There is no data in ${data}, so nothing tells which versions it needs.`)
  }
  await using metadata = await open(file)
  const needed = await neededVersions(metadata, name)
  const old = ring
    .get(name)
    .versions.map(({ number }) => number)
    .slice(0, -1)
  const free = old.filter((number) => !needed.has(number))
  for (const number of free) ring.forget(name, number)
  return [
    free.length === 0
      ? `No version of '${name}' was removed.`
      : `Removed from '${name}': version ${free.join(', ')}. A backup of the metadata that is older than the last rotation cannot be read without them.`,
    ...old.filter((number) => needed.has(number)).map((number) => kept(number, needed)),
  ].join('\n')
}

function kept(number: number, needed: ReadonlyMap<number, number>): string {
  return `Version ${number} stays: ${needed.get(number)} objects and uploads need it. Start the server: it wraps them anew.`
}

async function open(file: string): Promise<MetadataStore> {
  try {
    return await openSqliteMetadata({ file })
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw new ConfigError(`The metadata cannot be taken (${why}). Stop the server first.`)
  }
}

/** How many envelopes each version of the key has wrapped. */
async function neededVersions(
  metadata: MetadataStore,
  name: string,
): Promise<ReadonlyMap<number, number>> {
  const needed = new Map<number, number>()
  let after: string | undefined
  do {
    const page = await metadata.listEnvelopes(after, rowsAtOnce)
    if (page.damaged > 0) {
      throw new ConfigError(
        'Some metadata cannot be read, so nothing tells which versions it needs. Nothing was removed.',
      )
    }
    for (const envelope of page.envelopes) count(envelope, name, needed)
    after = page.next
  } while (after !== undefined)
  return needed
}

function count(
  { encryption }: EnvelopePage['envelopes'][number],
  name: string,
  needed: Map<number, number>,
): void {
  if (encryption.method === 'SSE-C' || encryption.keyId !== name) return
  // What Vault wrapped needs no version of the ring.
  if (!encryption.wrapped.startsWith('ring:')) return
  const number = versionOf(encryption.wrapped)
  needed.set(number, (needed.get(number) ?? 0) + 1)
}
