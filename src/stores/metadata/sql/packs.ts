/**
 * Packs, files of several blobs, as their blobs go one by one. A blob that no row names any more is struck from its pack, and stays in
 * the queue as one that waits for its file, which goes with the last one. When less is left of it than is gone, what is left moves out.
 */
import { placeOf, type BlobId, type FileId } from '../../../base/ids.ts'
import type { Instant } from '../../../base/clock.ts'
import type { FreedPack, PackMoves, Reclaimed, ThinnedPack } from '../store.ts'
import type { Connection, Row } from './connection.ts'
import { bytes, integer } from './connection.ts'
import { decodeLocator, encodeLocator, rangeOfBlob, rangeOfPack } from './locators.ts'
import { decodeObject, draftObject, lateColumns, objectColumns } from './object-rows.ts'
import { partColumns, resealedRun } from './part-rows.ts'
import { isNamedWithin, unlink, waitingForFile } from './references.ts'
import { seal } from './seal.ts'

/** Rows that name bytes of one pack, of those that are moved out in one transaction. */
const rowsMax = 1000

const isComing =
  'SELECT 1 FROM reclaim WHERE locator >= ? AND locator <= ? AND condemned = 0 LIMIT 1'
const wait = `UPDATE reclaim SET unlinked = ${waitingForFile} WHERE locator >= ? AND locator <= ? AND condemned = 1`
const givenUp =
  'SELECT locator FROM reclaim WHERE locator >= ? AND locator <= ? AND condemned = 1 ORDER BY locator'
const newlyGivenUp = `SELECT locator FROM reclaim WHERE locator >= ? AND locator <= ? AND condemned = 1
  AND unlinked < ${waitingForFile} ORDER BY locator`
const naming = `SELECT locator FROM objects WHERE locator >= ?1 AND locator <= ?2
  UNION ALL SELECT locator FROM versions WHERE locator >= ?1 AND locator <= ?2
  UNION ALL SELECT locator FROM parts WHERE locator >= ?1 AND locator <= ?2 LIMIT ${rowsMax + 1}`
const runsNaming = `SELECT ${partColumns} FROM parts WHERE locator >= ? AND locator <= ?`
const moveRun =
  'UPDATE parts SET locator = ?, record = ? WHERE content = ? AND run = ? AND number = ?'

/** Of each of these packs some blobs were condemned just now. */
export function judgePacks(
  db: Connection,
  packs: Iterable<FileId>,
  held: ReadonlySet<FileId>,
): Omit<Reclaimed, 'freed'> {
  const freedPacks: FreedPack[] = []
  const thinned: ThinnedPack[] = []
  for (const file of packs) {
    const range = rangeOfPack(file)
    const isNeeded = isNamedWithin(db, range) || db.get(isComing, ...range) !== undefined
    if (isNeeded) {
      const gone = blobsOf(db.all(newlyGivenUp, ...range))
      thinned.push({ file, givenUp: [...gone], toMove: toMove(db, file) })
    }
    // One that is held stays due, and is asked for again.
    else if (!held.has(file)) freedPacks.push({ file, givenUp: [...givenUpIn(db, file)] })
  }
  return { freedPacks, thinned }
}

/** What is left of a pack of which more is gone; nothing where it may stay as it is. */
function toMove(db: Connection, file: FileId): readonly BlobId[] {
  const range = rangeOfPack(file)
  if (db.get(isComing, ...range) !== undefined) return []
  const rows = db.all(naming, ...range)
  if (rows.length > rowsMax) return []
  const left = blobsOf(rows)
  return pagesOf(left) < pagesOf(givenUpIn(db, file)) ? [...left] : []
}

function givenUpIn(db: Connection, file: FileId): ReadonlySet<BlobId> {
  return blobsOf(db.all(givenUp, ...rangeOfPack(file)))
}

function blobsOf(rows: readonly Row[]): ReadonlySet<BlobId> {
  const locators = rows.map((row) => decodeLocator(bytes(row, 'locator')))
  return new Set(locators.flatMap((locator) => (locator?.kind === 'blob' ? [locator.blob] : [])))
}

function pagesOf(blobs: ReadonlySet<BlobId>): number {
  return [...blobs].reduce((pages, id) => pages + (placeOf(id)?.pages ?? 0), 0)
}

export interface PackSettlement {
  readonly file: FileId
  /** The same bytes, durable under a new name. */
  readonly moves: PackMoves
  readonly now: Instant
}

/**
 * What was given up waits for the file. Every row that named an old place names the new one; who read it before still finds the
 * bytes there, as after any deletion.
 */
export function settlePack(db: Connection, { file, moves, now }: PackSettlement): undefined {
  for (const { from, to } of moves) {
    // What was given up meanwhile was moved for nobody.
    const left = moveRows(db, from, to) ? from : to
    unlink(db, encodeLocator({ kind: 'blob', blob: left, offset: 0 }), now)
  }
  db.run(wait, ...rangeOfPack(file))
}

/** Inside a transaction; whether any row named the old place. Throws CorruptRecord. */
export function moveRows(db: Connection, from: BlobId, to: BlobId): boolean {
  const range = rangeOfBlob(from)
  if (!isNamedWithin(db, range)) return false
  for (const table of ['objects', 'versions'] as const)
    for (const row of db.all(objectsNaming(table), ...range)) moveObject(db, table, { row, to })
  for (const row of db.all(runsNaming, ...range)) movePart(db, row, to)
  return true
}

type ObjectTable = 'objects' | 'versions'

function objectsNaming(table: ObjectTable): string {
  return `SELECT ${objectColumns} FROM ${table} WHERE locator >= ? AND locator <= ?`
}

function moveObject(
  db: Connection,
  table: ObjectTable,
  { row, to }: { readonly row: Row; readonly to: BlobId },
): void {
  const object = decodeObject(row, table === 'objects')
  const locator = movedLocator(row, to)
  const ver = integer(row, 'ver')
  const record = seal(draftObject(object, object.versionId), lateColumns(ver), locator)
  const sql = `UPDATE ${table} SET locator = ?, record = ? WHERE bucket = ? AND key = ? AND ver = ?`
  db.run(sql, locator, record, object.bucket, object.key, ver)
}

function movePart(db: Connection, row: Row, to: BlobId): void {
  const locator = movedLocator(row, to)
  const place = ['content', 'run', 'number'].map((name) => integer(row, name))
  db.run(moveRun, locator, resealedRun(row, locator), ...place)
}

/** The same offset in the moved blob. */
function movedLocator(row: Row, to: BlobId): Uint8Array {
  const locator = decodeLocator(bytes(row, 'locator'))
  const offset = locator?.kind === 'blob' ? locator.offset : 0
  return encodeLocator({ kind: 'blob', blob: to, offset })
}

/** Bytes that came in for a row which was then refused. */
export function abandonBytes(
  db: Connection,
  { blob, now }: { readonly blob: BlobId; readonly now: Instant },
): undefined {
  unlink(db, encodeLocator({ kind: 'blob', blob, offset: 0 }), now)
}
