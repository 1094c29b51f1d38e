/**
 * The reclaim queue: bytes that some row no longer names. An entry says "look": whether anything else still names them
 * is asked here, in the transaction that forgets them.
 */
import type { BlobId } from '../../../base/ids.ts'
import type { Instant } from '../../../base/clock.ts'
import type { Locator } from '../records.ts'
import type { ReclaimEntry } from '../store.ts'
import type { Connection } from './connection.ts'
import { bytes, integer } from './connection.ts'
import { decodeLocator, rangeOfBlob } from './locators.ts'
import { isPinned } from './pins.ts'
import { isNamed } from './references.ts'

/** Runs forgotten by one call for one entry, so that no transaction holds the writer for long; the entry stays until all are. */
const runsAtOnceMax = 1000

const due = 'SELECT id, locator FROM reclaim WHERE unlinked < ? ORDER BY unlinked, id LIMIT ?'
const byId = 'SELECT unlinked, locator FROM reclaim WHERE id = ?'
const condemn = 'UPDATE reclaim SET condemned = 1 WHERE id = ?'
const enqueueCondemned = 'INSERT INTO reclaim (unlinked, condemned, locator) VALUES (?, 1, ?)'
const removeBlob = 'DELETE FROM reclaim WHERE locator >= ? AND locator <= ?'
const someRuns = 'SELECT run, number, locator FROM parts WHERE content = ? LIMIT ?'
const removeRun = 'DELETE FROM parts WHERE content = ? AND run = ? AND number = ?'

export function claimReclaim(db: Connection, before: Instant, max: number): ReclaimEntry[] {
  return db.all(due, before, max).flatMap((row) => {
    const locator = decodeLocator(bytes(row, 'locator'))
    return locator === undefined ? [] : [{ id: integer(row, 'id'), locator }]
  })
}

interface Entry {
  readonly id: number
  readonly unlinked: Instant
}

export interface ReclaimCall {
  readonly ids: readonly number[]
  readonly now: Instant
}

/**
 * The blobs that no row names any more. Their entries are condemned: no row may name them again, and they wait for `blobsRemoved`.
 * While a backup pins what it copies there are none: asked here, in the transaction that would give the bytes up.
 */
export function finishReclaim(db: Connection, { ids, now }: ReclaimCall): BlobId[] {
  if (isPinned(db, now)) return []
  const freed = new Set<BlobId>()
  for (const id of ids) {
    const row = db.get(byId, id)
    const locator = row === undefined ? undefined : decodeLocator(bytes(row, 'locator'))
    if (row === undefined || locator === undefined) continue
    const isDone = finish(db, { entry: { id, unlinked: integer(row, 'unlinked') }, locator, freed })
    if (isDone) db.run('DELETE FROM reclaim WHERE id = ?', id)
  }
  return [...freed]
}

export function blobsRemoved(db: Connection, blobs: readonly BlobId[]): undefined {
  for (const id of blobs) db.run(removeBlob, ...rangeOfBlob(id))
}

interface Step {
  readonly entry: Entry
  readonly locator: Locator
  readonly freed: Set<BlobId>
}

/** Whether the entry has nothing left to do. */
function finish(db: Connection, step: Step): boolean {
  const { entry, locator, freed } = step
  if (isNamed(db, locator)) return true
  if (locator.kind === 'inline') {
    db.run('DELETE FROM small WHERE id = ?', locator.row)
    return true
  }
  db.run(condemn, entry.id)
  if (locator.kind === 'parts') return forgetRuns(db, locator.content, step)
  freed.add(locator.blob)
  return false
}

function forgetRuns(db: Connection, content: number, step: Step): boolean {
  const rows = db.all(someRuns, content, runsAtOnceMax)
  for (const row of rows) db.run(removeRun, content, integer(row, 'run'), integer(row, 'number'))
  for (const row of rows) forgetBytes(db, bytes(row, 'locator'), step)
  return rows.length < runsAtOnceMax
}

function forgetBytes(db: Connection, column: Uint8Array, step: Step): void {
  const locator = decodeLocator(column)
  if (locator === undefined || locator.kind === 'parts' || isNamed(db, locator)) return
  if (locator.kind === 'inline') {
    db.run('DELETE FROM small WHERE id = ?', locator.row)
  } else if (!step.freed.has(locator.blob)) {
    step.freed.add(locator.blob)
    db.run(enqueueCondemned, step.entry.unlinked, column)
  }
}
