/** One metadata database in place of another: the old one is kept under another name, and at no moment is there none. */
import { existsSync, linkSync, renameSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Instant } from '../base/clock.ts'
import { foundSchema, knownSchema, openExaminer } from '../stores/metadata/examiner.ts'
import { syncPath } from './backup-files.ts'

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
 * Durable when it resolves; answers where the old files lie. The old log goes first: beside the new database it would be taken for its own.
 */
export async function putInPlace(
  made: string,
  file: string,
  now: Instant,
): Promise<readonly string[]> {
  await syncPath(made)
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
  await syncPath(dirname(file))
  renameSync(made, file)
  await syncPath(dirname(file))
  return setAside
}
