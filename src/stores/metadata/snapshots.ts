/**
 * Snapshots of the metadata: whole copies of the database in a folder beside it, the moment and the SHA-256 of each in its name,
 * so that one that rotted is known by itself. `ashlar rebuild` begins with the newest that proves itself.
 */
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { mebibyte } from '../../base/limits.ts'
import type { Instant } from '../../base/clock.ts'
import { failedWith, nodeFileSystem } from '../blobs/file-system.ts'
import { pruneCompletions } from './completions.ts'
import { openReader } from './sql/files.ts'
import { checkIntegrity } from './sql/integrity-check.ts'
import type { Copied, SnapshotData } from './sql/snapshot-copy.ts'
import { threadAnswer } from './sql/thread-answer.ts'
import { integer } from './sql/connection.ts'

/** A copy at full speed would be in the way of every sync. */
const bytesPerSecond = 32 * mebibyte
const shape =
  /^(?<moment>\d{4}-\d{2}-\d{2}T\d{2}-\d{2}-\d{2}\.\d{3}Z)\.(?<sha256>[0-9a-f]{64})\.sqlite$/
const unfinishedEnd = '.unfinished'
/** A completion is noted a little after it was. */
const marginMs = 60_000

export interface Snapshot {
  readonly name: string
  readonly path: string
  readonly taken: Instant
  readonly sha256: string
}

/** What SQLite finds wrong with a copy that was just made: the database itself is damaged. */
export class SnapshotDamaged extends Error {
  override readonly name = 'SnapshotDamaged'
}

/** Those with a whole name, newest first; none where there is no folder. What they hold is not looked at. */
export async function snapshotsIn(folder: string): Promise<readonly Snapshot[]> {
  const names = (await entriesOf(folder)).toSorted().toReversed()
  return names.flatMap((name) => {
    const { moment, sha256 } = shape.exec(name)?.groups ?? {}
    if (moment === undefined || sha256 === undefined) return []
    return [{ name, path: join(folder, name), taken: instantOf(moment), sha256 }]
  })
}

/** The bytes are those that were written. */
export async function isWhole({ path, sha256 }: Snapshot): Promise<boolean> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) hash.update(chunk)
  return hash.digest('hex') === sha256
}

export interface Taking {
  /** The database; a server may have it open. */
  readonly file: string
  /** Made when it is not there; on any file system. */
  readonly folder: string
  readonly now: Instant
  /** Ends it early, with nothing left behind but what the next one sweeps. */
  readonly signal?: AbortSignal
}

/** Durable by its name when it resolves. Throws SnapshotDamaged where the copy does not hold together; then there is none. */
export async function takeSnapshot({ file, folder, now, signal }: Taking): Promise<Snapshot> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  await sweepUnfinished(folder)
  const moment = new Date(now).toISOString().replaceAll(':', '-')
  const unfinished = join(folder, `${moment}${unfinishedEnd}`)
  try {
    const workerData: SnapshotData = { file, to: unfinished, bytesPerSecond }
    const copying = { module: 'snapshot-thread', workerData, signal } as const
    const { sha256 } = await threadAnswer<Copied>(copying)
    await proveIntegrity(unfinished, signal)
    const name = `${moment}.${sha256}.sqlite`
    const path = join(folder, name)
    await rename(unfinished, path)
    await nodeFileSystem.syncFolder(folder)
    await nodeFileSystem.syncFolder(dirname(folder))
    return { name, path, taken: now, sha256 }
  } catch (error) {
    await rm(unfinished, { force: true })
    throw error
  }
}

/** Removes all but the newest `kept`, and the completions that all of these have; answers how many went. */
export async function pruneSnapshots(folder: string, kept: number): Promise<number> {
  const all = await snapshotsIn(folder)
  const old = all.slice(kept)
  const oldest = all.at(Math.min(kept, all.length) - 1)
  if (oldest !== undefined) await pruneCompletions(folder, oldest.taken - marginMs)
  for (const { path } of old) await rm(path)
  if (old.length > 0) await nodeFileSystem.syncFolder(folder)
  return old.length
}

/** Tells whether anybody committed a change since it was last asked. */
export class Changes implements Disposable {
  readonly #db: ReturnType<typeof openReader>

  constructor(file: string) {
    this.#db = openReader(file)
  }

  /** Another number than the last one means that the database has changed. Of this connection alone. */
  version(): number {
    const row = this.#db.get('PRAGMA data_version')
    return row === undefined ? 0 : integer(row, 'data_version')
  }

  [Symbol.dispose](): void {
    this.#db.close()
  }
}

async function proveIntegrity(path: string, signal: AbortSignal | undefined): Promise<void> {
  const found = await checkIntegrity(path, false, signal)
  if (found.length > 0) throw new SnapshotDamaged(found.join('; '))
}

/** What a process that ended on the way left, SQLite's journal of it too. */
async function sweepUnfinished(folder: string): Promise<void> {
  const left = (await entriesOf(folder)).filter((name) => name.includes(unfinishedEnd))
  for (const name of left) await rm(join(folder, name))
}

/** Bytes that a snapshot takes, about. */
export async function sizeOf(file: string): Promise<number> {
  return (await stat(file)).size
}

async function entriesOf(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder)
  } catch (error) {
    if (failedWith(error, 'ENOENT')) return []
    throw error
  }
}

function instantOf(moment: string): Instant {
  const [day = '', time = ''] = moment.split('T')
  return Date.parse(`${day}T${time.replaceAll('-', ':')}`)
}
