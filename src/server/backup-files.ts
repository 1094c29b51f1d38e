/** The files of a backup beside its blobs: copied with their hash, kept from other users, and proven when they come back. */
import { createHash } from 'node:crypto'
import { createReadStream, createWriteStream, existsSync } from 'node:fs'
import { mkdir, open, readdir, stat } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import { Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { ConfigError } from './config-error.ts'

export interface KeptFile {
  /** In the snapshot, with '/'. */
  readonly path: string
  readonly sizeBytes: number
  readonly sha256: string
}

/** Of a data folder: what is copied otherwise, and what is true of this folder only. */
const notKept = /^(metadata\.sqlite.*|blobs|quarantine|snapshots|scrub\.json|.*\.(lock|new))$/

/** Relative paths of the further files of a data folder: credentials, keys. */
export async function furtherFiles(data: string): Promise<readonly string[]> {
  const names = (await readdir(data)).filter((name) => !notKept.test(name))
  const found = await Promise.all(names.map((name) => filesUnder(join(data, name))))
  return found.flat().map((path) => relative(data, path))
}

/** A file itself, or all files under a folder. */
export async function filesUnder(path: string): Promise<readonly string[]> {
  if (!existsSync(path)) throw new ConfigError(`There is no ${path}.`)
  if ((await stat(path)).isFile()) return [path]
  const entries = await readdir(path, { recursive: true, withFileTypes: true })
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
}

/** Durable, readable by its owner only; answers what it holds. */
export async function keepFile(from: string, to: string): Promise<Omit<KeptFile, 'path'>> {
  await mkdir(dirname(to), { recursive: true, mode: 0o700 })
  const hash = createHash('sha256')
  let sizeBytes = 0
  const metered = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk)
      sizeBytes += chunk.length
      done(undefined, chunk)
    },
  })
  await pipeline(createReadStream(from), metered, createWriteStream(to, { mode: 0o600 }))
  await syncPath(to)
  await syncPath(dirname(to))
  return { sizeBytes, sha256: hash.digest('hex') }
}

export async function hashOf(path: string): Promise<Omit<KeptFile, 'path'>> {
  const hash = createHash('sha256')
  let sizeBytes = 0
  for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) {
    hash.update(chunk)
    sizeBytes += chunk.length
  }
  return { sizeBytes, sha256: hash.digest('hex') }
}

/** Makes a file, or the entries of a folder, durable. */
export async function syncPath(path: string): Promise<void> {
  const handle = await open(path, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
