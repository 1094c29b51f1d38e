/**
 * Pages of keys. A common prefix is answered once and then jumped over by a seek to its successor, so a page costs as
 * many steps as it has entries, however many keys lie under its prefixes.
 */
import type { BucketId, ListedObject, UploadRow } from '../records.ts'
import type { ListPage, ListQuery, UploadQuery } from '../store.ts'
import { commonPrefix, compareKeys, successor } from '../order.ts'
import type { Connection, Row } from './connection.ts'
import { asBytes, text } from './connection.ts'
import { type ListedRow, listedPortion, listedRows, showListed } from './listed-rows.ts'
import { listedColumns } from './object-rows.ts'
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
  const seek: Seek<ListedRow> = (from) => portions(db, query, from)
  const start = startOf(query, query.exclusive ? afterEveryId : '')
  const keyOf = (row: ListedRow): string => row.key
  return db.snapshot(() => page(seek, start, { ...query, keyOf, decode: showListed }))
}

/** Rows taken at once: that costs less than stepping, but what a whole page holds the young collector copies again and again. */
const portionMax = 200

/**
 * Flat, the page is known to be the next rows. With a delimiter a row may stand for many that are jumped over, so one is looked at
 * first; where it stands for itself its neighbours mostly do too, and each portion is twice as large as the one before.
 */
function* portions(db: Connection, query: ListQuery, start: Position): Generator<ListedRow> {
  let from = start
  let size = query.delimiter === '' ? portionMax : 1
  for (let left = query.max + 1; left > 0; size = Math.min(2 * size, portionMax)) {
    const rows = portion(db, query, from, Math.min(size, left))
    yield* rows
    const last = rows.at(-1)
    if (last === undefined || rows.length < size) return
    left -= rows.length
    from = { key: last.key, id: afterEveryId }
  }
}

function portion(
  db: Connection,
  { bucket, prefix }: ListQuery,
  ...[{ key, id }, size]: [from: Position, size: number]
): readonly ListedRow[] {
  const relation = id === '' ? '>=' : '>'
  const [bound, values] = upperBound(prefix)
  const sql = `SELECT ${listedPortion} FROM (SELECT ${listedColumns} FROM objects
    WHERE bucket = ? AND key ${relation} ? ${bound} AND marker = 0 ORDER BY key LIMIT ?)`
  const found = db.getColumns(sql, bucket, key, ...values, size)?.[0]
  return found === null ? [] : listedRows(asBytes(found, 'portion'), bucket)
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
