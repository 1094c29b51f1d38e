/** `ashlar restore`: a data folder made anew from a snapshot of a backup, every byte of it proven. */
import { existsSync, mkdirSync, readdirSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { together } from '../jobs/findings.ts'
import { openBlobExaminer } from '../stores/blobs/examiner.ts'
import { openExaminer } from '../stores/metadata/examiner.ts'
import { bringBlobs, type Brought } from './backup-blobs.ts'
import { hashOf, keepFile, syncPath, type KeptFile } from './backup-files.ts'
import { manifestName, snapshotsIn, type Manifest } from './backup.ts'
import { ConfigError } from './config-error.ts'
import { examineData, type Verified } from './verify.ts'

export interface RestoreOptions {
  readonly from: string
  readonly to: string
  /** The newest unless told. */
  readonly snapshot?: string | undefined
  readonly onProgress?: (what: string, done: number, whole: number) => void
}

export interface Restored extends Verified {
  readonly snapshot: string
  readonly blobs: number
  readonly bytes: number
  /** Where files lie that were kept from outside of the data folder. */
  readonly also: readonly string[]
}

/** Throws ConfigError when the target is not empty, or a file of the backup is not what was kept. */
export async function restore(options: RestoreOptions): Promise<Restored> {
  const from = resolve(options.from)
  const snapshot = await chosen(from, options.snapshot)
  const at = join(from, 'snapshots', snapshot)
  const manifest = JSON.parse(await readFile(join(at, manifestName), 'utf8')) as Manifest
  if (manifest.version !== 1) throw new ConfigError(`${at} was made by a later version of ashlar.`)
  await proveMetadata(at, manifest)
  const to = emptyFolder(options.to)
  const brought = await bring({ ...options, from, to }, at, manifest)
  const also = await bringFiles(at, to, manifest)
  const verified = await examineData({
    data: to,
    metadata: join(to, 'metadata.sqlite'),
    blobs: join(to, 'blobs'),
    fast: true,
  })
  const damage = together(brought.damage, verified)
  const { blobs, bytes } = brought
  return { ...verified, ...damage, well: damage.found === 0, snapshot, blobs, bytes, also }
}

async function chosen(from: string, snapshot: string | undefined): Promise<string> {
  const names = await snapshotsIn(from)
  const name = snapshot ?? names.at(-1)
  if (name !== undefined && names.includes(name)) return name
  throw new ConfigError(`There is no snapshot ${name}. There are: ${names.join(', ')}.`)
}

/** Before anything is made of it: pages of SQLite carry no checksum of their own. */
async function proveMetadata(at: string, { files }: Manifest): Promise<void> {
  const path = 'metadata.sqlite'
  const kept = files.find((file) => file.path === path)
  if (kept === undefined || (await hashOf(join(at, path))).sha256 !== kept.sha256)
    throw rotten(path)
}

async function bring(
  { from, to, onProgress }: RestoreOptions,
  at: string,
  manifest: Manifest,
): Promise<Brought> {
  using metadata = openExaminer(join(at, 'metadata.sqlite'))
  const source = await openBlobExaminer(join(from, 'blobs'))
  const target = await openBlobExaminer(join(to, 'blobs'))
  const tell = (brought: Brought): void => onProgress?.('blobs', brought.blobs, manifest.blobs)
  // Awaited here: the metadata stays open until the last blob was brought.
  return await bringBlobs({ metadata, from: source, to: target, link: false, onProgress: tell })
}

/** The metadata comes last: before it there is no data folder that a server would start on. */
async function bringFiles(at: string, to: string, { files }: Manifest): Promise<readonly string[]> {
  const also: string[] = []
  for (const file of files) {
    const target = join(to, file.path.replace(/^files\//, ''))
    if (file.path.startsWith('also/')) also.push(target)
    await bringFile(join(at, file.path), target, file)
  }
  await syncPath(to)
  await syncPath(dirname(to))
  return also
}

async function bringFile(from: string, to: string, kept: KeptFile): Promise<void> {
  const { sha256 } = await keepFile(from, to)
  if (sha256 !== kept.sha256) throw rotten(kept.path)
}

function rotten(path: string): ConfigError {
  return new ConfigError(
    `${path} of this snapshot is damaged: it is not what was kept. Choose an earlier snapshot with --snapshot.`,
  )
}

function emptyFolder(folder: string): string {
  const to = resolve(folder)
  if (existsSync(to) && readdirSync(to).length > 0) {
    throw new ConfigError(
      `${to} is not empty, and nothing is overwritten. Name a new folder with --to.`,
    )
  }
  mkdirSync(join(to, 'blobs'), { recursive: true, mode: 0o700 })
  return to
}
