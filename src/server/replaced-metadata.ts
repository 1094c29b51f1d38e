/** One metadata database in place of another: the old one is kept under another name, and at no moment is there none. */
import { closeSync, existsSync, fsyncSync, linkSync, openSync, renameSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Instant } from '../base/clock.ts'
import { foundSchema, knownSchema, openExaminer } from '../stores/metadata/examiner.ts'

/** SQLite finds nothing wrong with it, and it is metadata of this version. */
export async function isHealthy(file: string): Promise<boolean> {
  if (!existsSync(file)) return false
  try {
    if (foundSchema(file) !== knownSchema) return false
    using examiner = openExaminer(file)
    return (await examiner.integrity(false)).length === 0
  } catch (error) {
    // What SQLite cannot open is no database.
    if (error instanceof Error && 'errcode' in error) return false
    throw error
  }
}

/**
 * Durable when it returns; answers where the old files lie. The old log goes first: beside the new database it would be taken for its own.
 */
export function putInPlace(made: string, file: string, now: Instant): readonly string[] {
  sync(made)
  const moment = new Date(now).toISOString().replaceAll(':', '-')
  const aside = (end: string): string => `${file}.damaged-${moment}${end}`
  const setAside: string[] = []
  if (existsSync(file)) {
    linkSync(file, aside(''))
    setAside.push(aside(''))
  }
  for (const end of ['-wal', '-shm']) {
    if (!existsSync(file + end)) continue
    renameSync(file + end, aside(end))
    setAside.push(aside(end))
  }
  sync(dirname(file))
  renameSync(made, file)
  sync(dirname(file))
  return setAside
}

function sync(path: string): void {
  const descriptor = openSync(path, 'r')
  fsyncSync(descriptor)
  closeSync(descriptor)
}
