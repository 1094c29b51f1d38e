/**
 * The reclaim queue: bytes that some row no longer names. An entry says "look": whether anything else still names them
 * is asked here, in the transaction that forgets them.
 */
import { fileOf, placeOf, type FileId } from '../../../base/ids.ts'
import type { Instant } from '../../../base/clock.ts'
import type { Locator } from '../records.ts'
import type { Reclaimed, ReclaimEntry } from '../store.ts'
import type { Connection } from './connection.ts'
import { bytes, integer } from './connection.ts'
import { decodeLocator, rangeOfBlob, rangeOfPack } from './locators.ts'
import { judgePacks } from './packs.ts'
import { isPinned } from './pins.ts'
import { isNamed, unlink } from './references.ts'

/** Runs forgotten by one call for one entry, so that no transaction holds the writer for long; the entry stays until all are. */
const runsAtOnceMax = 1000

const due = 'SELECT id, locator FROM reclaim WHERE unlinked < ? ORDER BY unlinked, id LIMIT ?'
const byId = 'SELECT unlinked, locator FROM reclaim WHERE id = ?'
const condemn = 'UPDATE reclaim SET condemned = 1 WHERE id = ?'
const enqueueCondemned = 'INSERT INTO reclaim (unlinked, condemned, locator) VALUES (?, 1, ?)'
const removeEntries = 'DELETE FROM reclaim WHERE locator >= ? AND locator <= ?'
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
  /** Packs that somebody read or wrote when the call was made: they are not given up. */
  readonly held: readonly FileId[]
  readonly now: Instant
}

const nothing: Reclaimed = { freed: [], freedPacks: [], thinned: [] }

/**
 * The files of which no row names a byte any more. Their entries are condemned: no row may name them again, and they wait for `filesRemoved`.
 * While a backup pins what it copies there are none: asked here, in the transaction that would give the bytes up.
 */
export function finishReclaim(db: Connection, { ids, held, now }: ReclaimCall): Reclaimed {
  if (isPinned(db, now)) return nothing
  const freed = new Set<FileId>()
  const packs = new Set<FileId>()
  for (const id of ids) {
    const row = db.get(byId, id)
    const locator = row === undefined ? undefined : decodeLocator(bytes(row, 'locator'))
    if (row === undefined || locator === undefined) continue
    const isDone = finish(db, {
      entry: { id, unlinked: integer(row, 'unlinked') },
      locator,
      freed,
      packs,
    })
    if (isDone) db.run('DELETE FROM reclaim WHERE id = ?', id)
  }
  return { freed: [...freed], ...judgePacks(db, packs, new Set(held)) }
}

export function filesRemoved(db: Connection, files: readonly FileId[]): undefined {
  for (const file of files)
    for (const range of [rangeOfBlob(file), rangeOfPack(file)]) db.run(removeEntries, ...range)
}

interface Step {
  readonly entry: Entry
  readonly locator: Locator
  readonly freed: Set<FileId>
  /** Of which a blob is condemned now. */
  readonly packs: Set<FileId>
}

/** Whether the entry has nothing left to do. */
function finish(db: Connection, step: Step): boolean {
  const { entry, locator, freed, packs } = step
  if (isNamed(db, locator)) return true
  if (locator.kind === 'inline') {
    db.run('DELETE FROM small WHERE id = ?', locator.row)
    return true
  }
  db.run(condemn, entry.id)
  if (locator.kind === 'parts') return forgetRuns(db, locator.content, step)
  const isPacked = placeOf(locator.blob) !== undefined
  ;(isPacked ? packs : freed).add(fileOf(locator.blob))
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
    return
  }
  const file = fileOf(locator.blob)
  // Who holds a pack was not asked yet: its blob waits for the next step.
  if (placeOf(locator.blob) !== undefined) return unlink(db, column, step.entry.unlinked)
  if (step.freed.has(file)) return
  step.freed.add(file)
  db.run(enqueueCondemned, step.entry.unlinked, column)
}
