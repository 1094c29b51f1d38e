/** Objects: the transactions that write the current version of a key, and the reads of one object. */
import type { Instant } from '../../../base/clock.ts'
import type { BucketId, ObjectAttributes, ObjectRow } from '../records.ts'
import type { Condition, FoundObject, NewObject, Refusal } from '../store.ts'
import { bucketExists } from './buckets.ts'
import { isUnconditional, judge } from './conditions.ts'
import type { Connection, Row } from './connection.ts'
import { bytes, integer } from './connection.ts'
import type { Placement } from './locators.ts'
import { place, placement, provenSmall, readSmall, rowOf } from './locators.ts'
import {
  decodeListed,
  decodeObject,
  draftObject,
  lateColumns,
  listedColumns,
  nullVersion,
  objectColumns,
} from './object-rows.ts'
import { isUsable, unlink } from './references.ts'
import { CorruptRecord, seal } from './seal.ts'

const current = `SELECT ${objectColumns} FROM objects WHERE bucket = ? AND key = ?`
/** One statement and one moment for both: what an inline locator names (locators.ts), read as a number of JSON. */
const currentWithSmall = `SELECT ${listedColumns}, crc, bytes FROM objects
  LEFT JOIN small ON id = CASE substr(locator, 1, 1) WHEN x'01' THEN ('0x' || hex(substr(locator, 2))) ->> '$' END
  WHERE bucket = ? AND key = ? AND marker = 0`
const noncurrent = `SELECT ${objectColumns} FROM versions WHERE bucket = ? AND key = ? AND version = ?`
const replace = `INSERT INTO objects (${objectColumns}) VALUES (?, ?, ?, ?, 0, ?, ?)
  ON CONFLICT (bucket, key) DO UPDATE SET ver = excluded.ver, version = excluded.version,
  marker = excluded.marker, locator = excluded.locator, record = excluded.record`

export interface ObjectWrite {
  readonly bucket: BucketId
  readonly key: string
  readonly modified: Instant
  readonly placement: Placement
  readonly record: Uint8Array
  readonly condition: Condition
  readonly now: Instant
}

/** On the calling thread: everything that can be done before the transaction. */
export function prepareObject(object: NewObject, condition: Condition, now: Instant): ObjectWrite {
  const record = draftObject(object, nullVersion)
  const { bucket, key, modified, locator } = object
  return { bucket, key, modified, placement: placement(locator), record, condition, now }
}

/** The answer is the row of its small bytes; undefined where it brought none. Refused before anything is written (group.ts). */
export function putObject(db: Connection, write: ObjectWrite): number | undefined | Refusal {
  if (!bucketExists(db, write.bucket)) return { refused: 'bucket-missing' }
  const present = db.get(current, write.bucket, write.key)
  const refusal = refuse(present, write.condition)
  if (refusal !== undefined) return refusal
  const locator = place(db, write.placement)
  if (locator === write.placement && !isUsable(db, locator)) return { refused: 'bytes-missing' }
  const { bucket, key, modified, record, now } = write
  replaceObject(db, present, { bucket, key, modified, locator, record, now })
  return locator === write.placement ? undefined : rowOf(locator)
}

/** The row that a write of this key replaces, and what its condition says to that. */
export function currentRow(db: Connection, bucket: BucketId, key: string): Row | undefined {
  return db.get(current, bucket, key)
}

export function refuse(present: Row | undefined, condition: Condition): Refusal | undefined {
  if (isUnconditional(condition)) return undefined
  const row = present === undefined ? undefined : decodeObject(present, true)
  return judge(condition, row === undefined || row.deleteMarker ? undefined : row.etag)
}

export interface Replacement {
  readonly bucket: BucketId
  readonly key: string
  readonly modified: Instant
  readonly locator: Uint8Array
  /** A draft: sealed here. */
  readonly record: Uint8Array
  readonly now: Instant
}

/** Makes this the current object of its key; the bytes of the one it replaces go to reclaim. */
export function replaceObject(db: Connection, present: Row | undefined, next: Replacement): void {
  const ver = nextVer(present, next.modified)
  const record = seal(next.record, lateColumns(ver), next.locator)
  db.run(replace, next.bucket, next.key, ver, nullVersion, next.locator, record)
  if (present !== undefined) unlink(db, bytes(present, 'locator'), next.now)
}

export interface ObjectDeletion {
  readonly bucket: BucketId
  readonly key: string
  readonly condition: Condition
  readonly now: Instant
}

export function deleteObject(db: Connection, call: ObjectDeletion): undefined | Refusal {
  const present = db.get(current, call.bucket, call.key)
  const refusal = refuse(present, call.condition)
  if (refusal !== undefined || present === undefined) return refusal
  db.run('DELETE FROM objects WHERE bucket = ? AND key = ?', call.bucket, call.key)
  unlink(db, bytes(present, 'locator'), call.now)
  return undefined
}

export interface AttributesUpdate {
  readonly row: ObjectRow
  readonly changed: Partial<ObjectAttributes>
}

export function updateObject(db: Connection, call: AttributesUpdate): ObjectRow | Refusal {
  const { bucket, key, versionId, etag, modified } = call.row
  const [found, table] = findVersion(db, bucket, key, versionId)
  if (found === undefined) return { refused: 'object-missing' }
  const row = decodeObject(found, table === 'objects')
  if (row.etag !== etag || row.modified !== modified) return { refused: 'object-missing' }
  const updated: ObjectRow = { ...row, attributes: { ...row.attributes, ...call.changed } }
  const late = lateColumns(integer(found, 'ver'))
  const record = seal(draftObject(updated, versionId), late, bytes(found, 'locator'))
  const sql = `UPDATE ${table} SET record = ? WHERE bucket = ? AND key = ? AND version = ?`
  db.run(sql, record, bucket, key, versionId)
  return updated
}

/** Small bytes come with the row of the current version, which nearly everybody asks for. */
export function getObject(
  db: Connection,
  name: { bucket: BucketId; key: string; versionId: string | undefined },
): FoundObject | undefined {
  const { bucket, key, versionId } = name
  if (versionId !== undefined) return readApart(db, name)
  const columns = db.getColumns(currentWithSmall, bucket, key)
  // A delete marker, which the statement leaves out, or nothing.
  if (columns === undefined) return readApart(db, name)
  const row = decodeListed(columns, bucket)
  if (row.locator.kind !== 'inline') return { row, bytes: undefined }
  if (columns[6] === null) return readApart(db, name)
  return { row, bytes: provenSmall(row.locator.row, columns[5], columns[6]) }
}

/** Two statements, two moments: when the small bytes are gone by the second, the object was replaced, so it looks again. */
function readApart(
  db: Connection,
  name: { bucket: BucketId; key: string; versionId: string | undefined },
): FoundObject | undefined {
  for (let attempt = 0; attempt < 10; attempt++) {
    const row = readVersion(db, name)
    if (row === undefined) return undefined
    if (row.deleteMarker || row.locator.kind !== 'inline') return { row, bytes: undefined }
    const small = readSmall(db, row.locator.row)
    if (small !== undefined) return { row, bytes: small }
  }
  throw new CorruptRecord(`object ${JSON.stringify(name)}: its small bytes are missing`)
}

function readVersion(
  db: Connection,
  { bucket, key, versionId }: { bucket: BucketId; key: string; versionId: string | undefined },
): ObjectRow | undefined {
  const [found, table] = findVersion(db, bucket, key, versionId)
  return found === undefined ? undefined : decodeObject(found, table === 'objects')
}

type Table = 'objects' | 'versions'

function findVersion(
  db: Connection,
  ...[bucket, key, versionId]: [bucket: BucketId, key: string, versionId: string | undefined]
): readonly [row: Row | undefined, table: Table] {
  const row = db.get(current, bucket, key)
  if (versionId === undefined || row?.['version'] === versionId) return [row, 'objects']
  return [db.get(noncurrent, bucket, key, versionId), 'versions']
}

/** Later writes of a key have greater numbers whatever the clock does; microseconds, so that it stays a safe integer. */
function nextVer(present: Row | undefined, modified: Instant): number {
  const least = modified * 1000
  return present === undefined ? least : Math.max(least, integer(present, 'ver') + 1)
}
