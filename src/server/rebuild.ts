/**
 * `ashlar rebuild`: metadata made anew for a data folder that has lost it, from the last snapshot that proves itself and from what
 * the blobs say of themselves. The old database is set aside whole, and only when the new one is.
 */
import { copyFileSync, existsSync, readdirSync, rmSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { systemClock, type Clock } from '../base/clock.ts'
import type { Damage } from '../jobs/findings.ts'
import { multipartEtag } from '../payload/checksums/combine.ts'
import { openBlobExaminer } from '../stores/blobs/examiner.ts'
import type { Owner } from '../stores/metadata/examiner.ts'
import { keptCompletions } from '../stores/metadata/completions.ts'
import { openRebuilder } from '../stores/metadata/rebuilder.ts'
import { lock } from '../stores/metadata/sql/files.ts'
import { ConfigError } from './config-error.ts'
import { snapshotFolder } from './snapshots.ts'
import { chosenSnapshot, type Beginning } from './rebuild-beginning.ts'
import { RebuildWalk, type Walked } from './rebuild-walk.ts'
import { isHealthy, putInPlace } from './replaced-metadata.ts'
import { rootOwner } from './root-account.ts'
import { examineData } from './verify.ts'

export interface RebuildOptions {
  readonly data: string
  /** `none`, the name of one in the folder of snapshots, or a file; the newest that proves itself without it. */
  readonly snapshot?: string | undefined
  /** Everything but putting the new database in place. */
  readonly dryRun?: boolean
  /** Of buckets that only blobs know of. */
  readonly region: string
  readonly onProgress?: (what: 'named' | 'blobs', done: number) => void
  readonly clock?: Clock
}

/** Its damage: what the new database names and is not whole. */
export interface Rebuilt extends Walked, Damage {
  readonly data: string
  readonly dryRun: boolean
  /** Nothing is known to be lost but what no snapshot and no blob could tell of. */
  readonly well: boolean
  readonly snapshot: Beginning | undefined
  /** Snapshots that did not prove themselves. */
  readonly rottenSnapshots: readonly string[]
  /** Made again with their defaults, and the root account for their owner. */
  readonly buckets: readonly string[]
  /** Uploads that are objects again, since that was noted. */
  readonly completed: number
  readonly openUploads: number
  /** The first of those that are open again. */
  readonly uploads: readonly string[]
  readonly goneObjects: number
  readonly goneParts: number
  /** The first of them. */
  readonly gone: readonly Owner[]
  /** Where the old database lies now. */
  readonly setAside: readonly string[]
}

/** Throws ConfigError for what the operator can mend; then nothing has changed. */
export async function rebuild(options: RebuildOptions): Promise<Rebuilt> {
  const data = resolve(options.data)
  if (!existsSync(join(data, 'blobs'))) {
    throw new ConfigError(`${data} holds no blobs. Name a data folder with --data.`)
  }
  const metadata = join(data, 'metadata.sqlite')
  const held = exclusively(metadata)
  try {
    if (await isHealthy(metadata)) throw new ConfigError(nothingToDo(metadata))
    return await rebuildInto(`${metadata}.rebuilding`, { ...options, data })
  } finally {
    held.release()
  }
}

async function rebuildInto(file: string, options: RebuildOptions): Promise<Rebuilt> {
  const { data, dryRun = false, clock = systemClock } = options
  const { beginning, rotten } = await chosenSnapshot(data, options.snapshot)
  sweep(file)
  try {
    if (beginning !== undefined) copyFileSync(beginning.path, file)
    const made = await walk(file, options)
    const { found, findings } = await examine(file, data)
    const metadata = join(data, 'metadata.sqlite')
    const setAside = dryRun ? [] : await putInPlace(file, metadata, clock.now())
    const isLost = found + made.goneObjects + made.goneParts + made.damagedBlobs > 0
    const facts = { data, dryRun, snapshot: beginning, rottenSnapshots: rotten, setAside }
    return { ...made, ...facts, well: !isLost, found, findings }
  } finally {
    sweep(file)
  }
}

type Made = Omit<
  Rebuilt,
  'data' | 'dryRun' | 'well' | 'snapshot' | 'rottenSnapshots' | 'setAside' | keyof Damage
>

async function walk(file: string, options: RebuildOptions): Promise<Made> {
  const { data, region, onProgress, clock = systemClock } = options
  const owner = (): string => rootOwner(data)
  using rebuilder = openRebuilder({ file, now: clock.now(), owner, region, multipartEtag })
  const blobs = await openBlobExaminer(join(data, 'blobs'))
  const walking = new RebuildWalk({ rebuilder, blobs, onProgress })
  await walking.followMoved()
  const gone = await walking.forgetGone()
  const walked = await walking.keepAll()
  let completed = 0
  for await (const noted of keptCompletions(snapshotFolder(data)))
    completed += rebuilder.complete(noted)
  rebuilder.finish(walked.lastEpoch)
  const { buckets } = rebuilder
  const { count: openUploads, ids: uploads } = rebuilder.uploads()
  const { objects: goneObjects, parts: goneParts, names } = gone
  const forgotten = { goneObjects, goneParts, gone: names }
  return { ...walked, ...forgotten, completed, buckets, openUploads, uploads }
}

/** As `ashlar verify --fast` would find it. */
function examine(file: string, data: string): Promise<Damage> {
  return examineData({ data, metadata: file, blobs: join(data, 'blobs'), fast: true })
}

/** What an earlier run left, and SQLite's files beside it. */
function sweep(file: string): void {
  const folder = join(file, '..')
  const name = file.slice(folder.length + 1)
  for (const left of readdirSync(folder))
    if (left.startsWith(name)) rmSync(join(folder, left), { force: true })
}

function exclusively(metadata: string): { release(): void } {
  try {
    return lock(`${metadata}.lock`)
  } catch (error) {
    throw new ConfigError(
      `A server uses this data folder: stop it first. (${(error as Error).message})`,
    )
  }
}

function nothingToDo(metadata: string): string {
  return `${metadata} is whole: there is nothing to rebuild. If it is to be replaced all the same, move it and its -wal and -shm away first.`
}
