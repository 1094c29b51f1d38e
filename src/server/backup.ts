/**
 * `ashlar backup`: a consistent copy of a data folder, also while a server runs on it. One folder holds many snapshots, which
 * share their blobs, so that the next backup copies what is new. docs/operate/backup.md tells the layout.
 */
import { chmodSync, existsSync, mkdirSync } from 'node:fs'
import { readdir, rename, rm } from 'node:fs/promises'
import { basename, dirname, join, relative, resolve } from 'node:path'
import { systemClock, type Clock } from '../base/clock.ts'
import { together, type Damage, type Finding } from '../jobs/findings.ts'
import { openBlobExaminer } from '../stores/blobs/examiner.ts'
import { openExaminer } from '../stores/metadata/examiner.ts'
import { PinnedSource } from '../stores/metadata/snapshot.ts'
import { lock } from '../stores/metadata/sql/files.ts'
import { bringBlobs, type Brought } from './backup-blobs.ts'
import {
  filesUnder,
  furtherFiles,
  hashOf,
  keepFile,
  syncPath,
  type KeptFile,
} from './backup-files.ts'
import { pruneBackup, type Pruned } from './backup-prune.ts'
import { ConfigError } from './config-error.ts'
import { keepSecretFile } from './secret-file.ts'
import { examineData, metadataFile } from './verify.ts'

export interface BackupOptions {
  readonly data: string
  readonly to: string
  /** Blobs get a second name instead of being copied. */
  readonly link?: boolean
  /** Files and folders outside of the data folder that belong to it: the accounts file, a key ring elsewhere. */
  readonly also?: readonly string[]
  /** So many snapshots stay, this one included, once it is finished without damage; all of them without it. */
  readonly keep?: number | undefined
  readonly onProgress?: (what: string, done: number, whole: number) => void
  readonly clock?: Clock
}

/** What stands in `manifest.json`; written last, so a snapshot without one was never finished. */
export interface Manifest {
  readonly version: 1
  readonly created: string
  readonly blobs: number
  readonly files: readonly KeptFile[]
  /** Damaged in the data folder already, and not in the backup; the first of it. */
  readonly findings: readonly Finding[]
}

export interface BackedUp extends Damage {
  readonly well: boolean
  readonly snapshot: string
  readonly folder: string
  readonly blobs: number
  readonly copied: number
  readonly copiedBytes: number
  readonly files: number
  readonly pruned: Pruned | undefined
}

export const manifestName = 'manifest.json'
const unfinishedEnd = '.unfinished'

/** Throws ConfigError for what the operator can mend. */
export async function backUp(options: BackupOptions): Promise<BackedUp> {
  const { clock = systemClock } = options
  const data = resolve(options.data)
  const file = metadataFile(data)
  const to = openTarget(options, data)
  const held = alone(to)
  try {
    await sweepUnfinished(to)
    const name = new Date(clock.now()).toISOString().replaceAll(':', '-')
    const place: Place = { data, to, name, at: join(to, 'snapshots', `${name}${unfinishedEnd}`) }
    mkdirSync(place.at, { recursive: true, mode: 0o700 })
    const brought = await copyPinned({ ...options, clock }, file, place)
    const finished = await finish(options, place, brought)
    return { ...finished, pruned: await pruned(finished, options, to) }
  } finally {
    held.release()
  }
}

/** What is damaged now may have been whole in an earlier one: then none goes. */
async function pruned(
  { well }: Pick<BackedUp, 'well'>,
  { keep }: BackupOptions,
  to: string,
): Promise<Pruned | undefined> {
  if (!well || keep === undefined) return undefined
  return await pruneBackup(to, await snapshotsIn(to), keep)
}

interface Place {
  readonly data: string
  readonly to: string
  readonly name: string
  /** Folder of the snapshot that is being made. */
  readonly at: string
}

/** Metadata first, then every blob that it names, all under one pin. */
async function copyPinned(
  options: BackupOptions & { readonly clock: Clock },
  file: string,
  { data, to, name, at }: Place,
): Promise<Brought> {
  const { clock, link = false, onProgress } = options
  using source = new PinnedSource({ file, name, clock })
  const copy = join(at, 'metadata.sqlite')
  await source.copyTo(copy, (done, whole) => onProgress?.('metadata', done, whole))
  chmodSync(copy, 0o600)
  await syncPath(copy)
  using metadata = openExaminer(copy)
  const from = await openBlobExaminer(join(data, 'blobs'))
  const blobs = await openBlobExaminer(join(to, 'blobs'))
  let whole = 0
  for (const _ of metadata.blobs()) whole += 1
  const tell = (brought: Brought): void => onProgress?.('blobs', brought.blobs, whole)
  const brought = await bringBlobs({ metadata, from, to: blobs, link, onProgress: tell })
  source.proveHeld()
  return brought
}

async function finish(
  options: BackupOptions,
  place: Place,
  brought: Brought,
): Promise<Omit<BackedUp, 'pruned'>> {
  const { to, name, at } = place
  const files = await keepFurther(options, place)
  const damage = await checkCopy(place, brought.damage)
  const { findings } = damage
  const created = name
  const manifest: Manifest = { version: 1, created, blobs: brought.blobs, files, findings }
  keepSecretFile(join(at, manifestName), `${JSON.stringify(manifest, undefined, 2)}\n`)
  const folder = join(to, 'snapshots', name)
  await rename(at, folder)
  await syncPath(dirname(folder))
  await syncPath(to)
  return {
    ...damage,
    well: damage.found === 0,
    snapshot: name,
    folder,
    blobs: brought.blobs,
    copied: brought.copied,
    copiedBytes: brought.bytes,
    files: files.length,
  }
}

async function keepFurther({ also = [] }: BackupOptions, place: Place): Promise<KeptFile[]> {
  const { data, at } = place
  const kept: KeptFile[] = []
  const keep = async (from: string, path: string): Promise<void> => {
    kept.push({ path, ...(await keepFile(from, join(at, path))) })
  }
  for (const path of await furtherFiles(data)) await keep(join(data, path), `files/${path}`)
  for (const root of also)
    for (const path of await filesUnder(resolve(root)))
      await keep(path, `also/${relative(dirname(resolve(root)), path)}`)
  const path = 'metadata.sqlite'
  return [...kept, { path, ...(await hashOf(join(at, path))) }]
}

/** Every record of the copy proves itself, and every blob that it names is in the backup; those were proven as they came. */
async function checkCopy({ to, at }: Place, before: Damage): Promise<Damage> {
  const metadata = join(at, 'metadata.sqlite')
  const blobs = join(to, 'blobs')
  return together(before, await examineData({ data: at, metadata, blobs, fast: true }))
}

function openTarget({ to }: BackupOptions, data: string): string {
  const path = resolve(to)
  const isWithin = (inner: string, outer: string): boolean =>
    !relative(outer, inner).startsWith('..')
  if (isWithin(path, data) || isWithin(data, path)) {
    throw new ConfigError(
      'A backup cannot lie in the data folder, nor around it. Choose another --to.',
    )
  }
  mkdirSync(join(path, 'blobs'), { recursive: true, mode: 0o700 })
  mkdirSync(join(path, 'snapshots'), { recursive: true, mode: 0o700 })
  return path
}

function alone(to: string): { release(): void } {
  try {
    return lock(join(to, 'backup.lock'))
  } catch {
    throw new ConfigError(`Another backup is being made in ${to}. Wait for it to end.`)
  }
}

/** What a backup that was cut off left; the blobs that it brought serve the next. */
async function sweepUnfinished(to: string): Promise<void> {
  const folder = join(to, 'snapshots')
  const names = (await readdir(folder)).filter((name) => name.endsWith(unfinishedEnd))
  for (const name of names) await rm(join(folder, name), { recursive: true })
}

/** Names of the finished snapshots of a backup, oldest first. Throws ConfigError where there is none. */
export async function snapshotsIn(backup: string): Promise<readonly string[]> {
  const folder = join(backup, 'snapshots')
  const names = existsSync(folder) ? await readdir(folder) : []
  const found = names.filter((name) => existsSync(join(folder, name, manifestName))).toSorted()
  const finished = found.filter((name) => !name.endsWith(unfinishedEnd))
  if (finished.length > 0) return finished
  throw new ConfigError(
    `${basename(backup)} holds no finished snapshot. Name a backup with --from.`,
  )
}
