/**
 * Who still names these bytes. References are rows, never counters (decision 17): each question is a few index
 * look-ups, and a transaction that asks before it deletes cannot be wrong.
 */
import type { BlobId, FileId } from '../../../base/ids.ts'
import type { Instant } from '../../../base/clock.ts'
import type { Locator } from '../records.ts'
import type { Connection } from './connection.ts'
import { integer } from './connection.ts'
import { decodeLocator, rangeOf, rangeOfBlob, rangeOfPack, type Range } from './locators.ts'

const named = `SELECT EXISTS (SELECT 1 FROM objects WHERE locator >= ?1 AND locator <= ?2)
  OR EXISTS (SELECT 1 FROM versions WHERE locator >= ?1 AND locator <= ?2)
  OR EXISTS (SELECT 1 FROM parts WHERE locator >= ?1 AND locator <= ?2) AS found`
const queued = 'SELECT 1 FROM reclaim WHERE locator >= ? AND locator <= ? LIMIT 1'
const condemned =
  'SELECT 1 FROM reclaim WHERE locator >= ? AND locator <= ? AND condemned = 1 LIMIT 1'
/** Of an entry of the queue in place of a time: its blob is given up, and goes with the pack that it lies in. Such an entry is never due. */
export const waitingForFile: number = Number.MAX_SAFE_INTEGER
const enqueue = 'INSERT INTO reclaim (unlinked, condemned, locator) VALUES (?, 0, ?)'

/** Some object, version or part names these bytes; for parts content, an open upload counts too. */
export function isNamed(db: Connection, locator: Locator): boolean {
  if (isNamedWithin(db, rangeOf(locator))) return true
  return locator.kind === 'parts' && isOpen(db, locator.content)
}

/** Some object, version or part names bytes in there. */
export function isNamedWithin(db: Connection, range: Range): boolean {
  const row = db.get(named, ...range)
  return row !== undefined && integer(row, 'found') === 1
}

/** Of these blobs, those that a row still names, the queue included. */
export function referenced(db: Connection, blobs: readonly BlobId[]): ReadonlySet<BlobId> {
  return new Set(blobs.filter((id) => isNamedOrQueued(db, rangeOfBlob(id))))
}

/** Of these files, those of which a row still names a blob, the queue included. */
export function referencedFiles(db: Connection, files: readonly FileId[]): ReadonlySet<FileId> {
  const ranges = [rangeOfBlob, rangeOfPack]
  return new Set(files.filter((file) => ranges.some((of) => isNamedOrQueued(db, of(file)))))
}

/**
 * Bytes that a copy is about to name are still there and will stay: they are not reclaimed, nor about to be. Fresh
 * bytes always pass. A copy reads its source first; this closes the gap between that read and its own transaction.
 */
export function isUsable(db: Connection, column: Uint8Array): boolean {
  const locator = decodeLocator(column)
  if (locator === undefined) return true
  if (locator.kind === 'inline') return has(db, 'SELECT 1 FROM small WHERE id = ?', locator.row)
  if (db.get(condemned, ...rangeOf(locator)) !== undefined) return false
  return (
    locator.kind === 'blob' ||
    has(db, 'SELECT 1 FROM parts WHERE content = ? LIMIT 1', locator.content)
  )
}

/** Called in the transaction that removes the row: bytes leave only through the queue. */
export function unlink(db: Connection, column: Uint8Array, now: Instant): void {
  if (column[0] !== 0) db.run(enqueue, now, column)
}

function isNamedOrQueued(db: Connection, range: Range): boolean {
  return isNamedWithin(db, range) || db.get(queued, ...range) !== undefined
}

function isOpen(db: Connection, content: number): boolean {
  return has(db, 'SELECT 1 FROM uploads WHERE content = ?', content)
}

function has(db: Connection, sql: string, value: number): boolean {
  return db.get(sql, value) !== undefined
}
