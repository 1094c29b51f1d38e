/**
 * Pages of keys. A common prefix is answered once and then jumped over by a seek to its successor, so a page costs as
 * many steps as it has entries, however many keys lie under its prefixes.
 */
import type { BucketId, ListedObject, UploadRow } from '../records.ts'
import type { ListPage, ListQuery, UploadQuery } from '../store.ts'
import { commonPrefix, compareKeys, successor } from '../order.ts'
import type { Columns, Connection, Row } from './connection.ts'
import { asBytes, text } from './connection.ts'
import {
  type ListedRow,
  listedPortion,
  listedRows,
  showColumns,
  showListed,
} from './listed-rows.ts'
import { listedColumns, listedKey } from './object-rows.ts'
import { decodeUpload, uploadColumns } from './upload-rows.ts'

/** Upload ids are ASCII: this is after all of them. */
const afterEveryId = '\u{10ffff}'

/** Where a page goes on: after upload `id` of `key`, or for objects after the key itself when `id` is not empty. */
interface Position {
  readonly key: string
  readonly id: string
}

type Seek<Found> = (from: Position) => Iterable<Found>

interface Shape<Found, Entry> {
  readonly prefix: string
  readonly delimiter: string
  readonly max: number
  readonly keyOf: (row: Found) => string
  readonly decode: (row: Found) => Entry
}

export function listObjects(db: Connection, query: ListQuery): ListPage<ListedObject> {
  const { bucket, delimiter } = query
  const seek: Seek<FoundRow> = (from) =>
    delimiter === '' ? portions(db, query, from) : stepped(db, query, from)
  const start = startOf(query, query.exclusive ? afterEveryId : '')
  const keyOf = (row: FoundRow): string => (isColumns(row) ? listedKey(row) : row.key)
  const decode = (row: FoundRow): ListedObject =>
    isColumns(row) ? showColumns(row, bucket) : showListed(row)
  return db.snapshot(() => page(seek, start, { ...query, keyOf, decode }))
}

/** Stepped to, or one of a portion. */
type FoundRow = Columns | ListedRow

function isColumns(row: FoundRow): row is Columns {
  return Array.isArray(row)
}

/** Rows taken at once: that costs less than stepping, but what a whole page holds the young collector copies again and again. */
const portionMax = 200

/** A portion has a price before its first row: so many rows that stand for themselves make the next ones worth it. */
const stepsMax = 16

/** With a delimiter any row may stand for many, which are jumped over with it. */
function* stepped(db: Connection, query: ListQuery, start: Position): Generator<FoundRow> {
  const [sql, ...values] = selection(query, start)
  let steps = 0
  let last = start
  for (const row of db.eachColumns(`SELECT ${listedColumns} ${sql}`, ...values)) {
    yield row
    last = { key: listedKey(row), id: afterEveryId }
    steps++
    if (steps === stepsMax) break
  }
  if (steps === stepsMax) yield* portions(db, query, last)
}

function* portions(db: Connection, query: ListQuery, start: Position): Generator<ListedRow> {
  let from = start
  for (let left = query.max + 1; left > 0; left -= portionMax) {
    const size = Math.min(left, portionMax)
    const rows = portion(db, query, from, size)
    yield* rows
    const last = rows.at(-1)
    if (last === undefined || rows.length < size) return
    from = { key: last.key, id: afterEveryId }
  }
}

function portion(
  db: Connection,
  query: ListQuery,
  ...[from, size]: [from: Position, size: number]
): readonly ListedRow[] {
  const [sql, ...values] = selection(query, from)
  const rows = `SELECT ${listedColumns} ${sql} LIMIT ?`
  const found = db.getColumns(`SELECT ${listedPortion} FROM (${rows})`, ...values, size)?.[0]
  return found === null ? [] : listedRows(asBytes(found, 'portion'), query.bucket)
}

type Selection = readonly [sql: string, ...values: Array<number | string>]

/** The rows from there on, whichever columns are selected. */
function selection({ bucket, prefix }: ListQuery, { key, id }: Position): Selection {
  const relation = id === '' ? '>=' : '>'
  const [bound, values] = upperBound(prefix)
  const sql = `FROM objects
    WHERE bucket = ? AND key ${relation} ? ${bound} AND marker = 0 ORDER BY key`
  return [sql, bucket, key, ...values]
}

export function listUploads(db: Connection, query: UploadQuery): ListPage<UploadRow> {
  const seek = seekUploads(db, query.bucket, query.prefix)
  const id = query.afterUploadId ?? (query.exclusive ? afterEveryId : '')
  const start = startOf({ ...query, exclusive: id === afterEveryId }, id)
  const keyOf = (row: Row): string => text(row, 'key')
  return db.snapshot(() => page(seek, start, { ...query, keyOf, decode: decodeUpload }))
}

function seekUploads(db: Connection, bucket: BucketId, prefix: string): Seek<Row> {
  const [bound, values] = upperBound(prefix)
  const sql = `SELECT ${uploadColumns} FROM uploads
    WHERE bucket = ? AND (key, upload) > (?, ?) ${bound} ORDER BY key, upload`
  return ({ key, id }) => db.each(sql, bucket, key, id, ...values)
}

function page<Found, Entry>(
  seek: Seek<Found>,
  start: Position | undefined,
  shape: Shape<Found, Entry>,
): ListPage<Entry> {
  const entries: Array<{ row: Entry } | { commonPrefix: string }> = []
  let from = shape.max > 0 ? start : undefined
  while (from !== undefined) {
    let jump: Position | undefined
    for (const row of seek(from)) {
      if (entries.length === shape.max) return { entries, truncated: true }
      const common = commonPrefix(shape.keyOf(row), shape.prefix, shape.delimiter)
      if (common === undefined) entries.push({ row: shape.decode(row) })
      else {
        entries.push({ commonPrefix: common })
        jump = behind(common)
        break
      }
    }
    from = jump
  }
  return { entries, truncated: false }
}

/** A common prefix may itself be the key to go on after: then all that it stands for is left out with it. */
function startOf(
  query: { prefix: string; delimiter: string; from: string; exclusive: boolean },
  id: string,
): Position | undefined {
  const { prefix, delimiter, from, exclusive } = query
  if (compareKeys(from, prefix) < 0) return { key: prefix, id: '' }
  const isCommonPrefix = from.startsWith(prefix) && commonPrefix(from, prefix, delimiter) === from
  return exclusive && isCommonPrefix ? behind(from) : { key: from, id }
}

function behind(prefix: string): Position | undefined {
  const key = successor(prefix)
  return key === undefined ? undefined : { key, id: '' }
}

function upperBound(prefix: string): readonly [sql: string, values: readonly string[]] {
  const end = successor(prefix)
  return end === undefined ? ['', []] : ['AND key < ?', [end]]
}
