/** What a rebuild begins with: the newest snapshot that proves itself, the one that was asked for, or none. */
import { existsSync } from 'node:fs'
import { basename, resolve } from 'node:path'
import { foundSchema, knownSchema } from '../stores/metadata/examiner.ts'
import { isWhole, snapshotsIn, type Snapshot } from '../stores/metadata/snapshots.ts'
import { ConfigError } from './config-error.ts'
import { isHealthy } from './replaced-metadata.ts'
import { snapshotFolder } from './snapshots.ts'

export interface Beginning {
  readonly path: string
  /** Absent for a file whose name does not tell. */
  readonly taken?: string
}

export interface Chosen {
  readonly beginning: Beginning | undefined
  /** Names of those that were passed over. */
  readonly rotten: readonly string[]
}

/** `asked` is `none`, a name in the folder of snapshots, or a file. Throws ConfigError where that is not there, or not whole. */
export async function chosenSnapshot(data: string, asked: string | undefined): Promise<Chosen> {
  if (asked === 'none') return { beginning: undefined, rotten: [] }
  const there = await snapshotsIn(snapshotFolder(data))
  if (asked === undefined) return await newestWhole(there)
  const named = there.find(({ name, path }) => name === asked || path === resolve(asked))
  if (named === undefined) return { beginning: await ofFile(resolve(asked)), rotten: [] }
  if (await isUsable(named)) return { beginning: told(named), rotten: [] }
  throw new ConfigError(`The snapshot ${named.name} is damaged. Choose another, or leave it out.`)
}

async function newestWhole(snapshots: readonly Snapshot[]): Promise<Chosen> {
  const rotten: string[] = []
  for (const snapshot of snapshots) {
    if (await isUsable(snapshot)) return { beginning: told(snapshot), rotten }
    rotten.push(snapshot.name)
  }
  return { beginning: undefined, rotten }
}

async function isUsable(snapshot: Snapshot): Promise<boolean> {
  return (await isWhole(snapshot)) && foundSchema(snapshot.path) === knownSchema
}

function told({ path, taken }: Snapshot): Beginning {
  return { path, taken: new Date(taken).toISOString() }
}

/** Another copy of the metadata, as in a backup: it has no hash in its name, so SQLite is asked. */
async function ofFile(path: string): Promise<Beginning> {
  if (!existsSync(path)) throw new ConfigError(`There is no snapshot ${path}.`)
  if (existsSync(`${path}-wal`)) {
    throw new ConfigError(
      `${basename(path)} has a log beside it, so it is no finished copy. Name a snapshot, or the metadata.sqlite of a backup.`,
    )
  }
  if (await isHealthy(path)) return { path }
  throw new ConfigError(`${path} is damaged, or no metadata of this version. Choose another.`)
}
