/**
 * Completions since the last snapshot, noted in files beside it: their parts are blobs that describe themselves, but that they became an
 * object is known to the database alone. A note is durable within seconds of the answer, and costs Complete nothing.
 */
import { createHash } from 'node:crypto'
import { open, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Instant } from '../../base/clock.ts'
import { failedWith, nodeFileSystem } from '../blobs/file-system.ts'
import type { Checksum } from './records.ts'
import { completedSince } from './sql/completed-since.ts'
import { openReader } from './sql/files.ts'

const shape = /^(?<moment>[\dTZ.-]+)\.(?<sha256>[0-9a-f]{64})\.completions\.json$/

/** An upload that became an object, as far as its parts do not tell it. */
export interface Completion {
  readonly uploadId: string
  /** Of the object, without quotes: made of the ETags of its parts, which it proves. */
  readonly etag: string
  readonly partCount: number
  readonly checksum: Checksum | undefined
  readonly modified: Instant
  /** Of the receipt. */
  readonly requestHash: string
  readonly answer: unknown
}

/** Reads what was completed, beside the server. */
export class Completions implements Disposable {
  readonly #db: ReturnType<typeof openReader>

  constructor(file: string) {
    this.#db = openReader(file)
  }

  /** From that moment on, the oldest first; those whose object is still the current one of its key. Synchronous and short. */
  since(moment: Instant, max: number): readonly (Completion & { readonly completed: Instant })[] {
    return completedSince(this.#db, moment, max)
  }

  [Symbol.dispose](): void {
    this.#db.close()
  }
}

/** Durable by its name when it resolves. The folder exists. */
export async function keepCompletions(
  folder: string,
  completions: readonly Completion[],
  now: Instant,
): Promise<void> {
  const text = JSON.stringify(completions)
  const moment = new Date(now).toISOString().replaceAll(':', '-')
  const unfinished = join(folder, `${moment}.unfinished`)
  const handle = await open(unfinished, 'w', 0o600)
  try {
    await handle.writeFile(text)
    await handle.sync()
  } finally {
    await handle.close()
  }
  await rename(unfinished, join(folder, `${moment}.${hashOf(text)}.completions.json`))
  await nodeFileSystem.syncFolder(folder)
}

/** All that were noted, the oldest first, a file of them at a time. One that is not what was written is passed over: its uploads stay open. */
export async function* keptCompletions(folder: string): AsyncGenerator<readonly Completion[]> {
  for (const { name, sha256 } of await notesIn(folder)) {
    const text = await readFile(join(folder, name), 'utf8')
    if (hashOf(text) === sha256) yield JSON.parse(text) as Completion[]
  }
}

/** Removes those of before that moment. */
export async function pruneCompletions(folder: string, before: Instant): Promise<void> {
  const least = new Date(before).toISOString().replaceAll(':', '-')
  const old = (await notesIn(folder)).filter(({ moment }) => moment < least)
  for (const { name } of old) await rm(join(folder, name))
}

interface Note {
  readonly name: string
  readonly moment: string
  readonly sha256: string
}

async function notesIn(folder: string): Promise<readonly Note[]> {
  return (await entriesOf(folder)).toSorted().flatMap((name) => {
    const { moment, sha256 } = shape.exec(name)?.groups ?? {}
    return moment === undefined || sha256 === undefined ? [] : [{ name, moment, sha256 }]
  })
}

async function entriesOf(folder: string): Promise<readonly string[]> {
  try {
    return await nodeFileSystem.readFolder(folder)
  } catch (error) {
    if (failedWith(error, 'ENOENT')) return []
    throw error
  }
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
