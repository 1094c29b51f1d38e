/**
 * Pages of keys. A common prefix is answered once and then jumped over by a seek to its successor, so a page costs as
 * many steps as it has entries, however many keys lie under its prefixes.
 */
import type { BucketId, ObjectRow, UploadRow } from '../records.ts'
import type { ListPage, ListQuery, UploadQuery } from '../store.ts'
import { commonPrefix, compareKeys, successor } from '../order.ts'
import type { Columns, Connection, Row } from './connection.ts'
import { text } from './connection.ts'
import { decodeListed, listedColumns, listedKey } from './object-rows.ts'
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

export function listObjects(db: Connection, query: ListQuery): ListPage<ObjectRow> {
  const { bucket, delimiter } = query
  const seek: Seek<Columns> = (from) =>
    delimiter === '' ? portions(db, query, from) : db.eachColumns(...selection(query, from))
  const start = startOf(query, query.exclusive ? afterEveryId : '')
  const decode = (row: Columns): ObjectRow => decodeListed(row, bucket)
  return db.snapshot(() => page(seek, start, { ...query, keyOf: listedKey, decode }))
}

type Selection = readonly [sql: string, ...values: Array<number | string>]

function selection({ bucket, prefix }: ListQuery, { key, id }: Position): Selection {
  const relation = id === '' ? '>=' : '>'
  const [bound, values] = upperBound(prefix)
  const sql = `SELECT ${listedColumns} FROM objects
    WHERE bucket = ? AND key ${relation} ? ${bound} AND marker = 0 ORDER BY key`
  return [sql, bucket, key, ...values]
}

/** Rows taken at once: that costs less than stepping, but what a whole page holds the young collector copies again and again. */
const portionMax = 200

/** Without prefixes to jump over the page is known to be the next rows. */
function* portions(db: Connection, query: ListQuery, start: Position): Generator<Columns> {
  let from = start
  for (let left = query.max + 1; left > 0; left -= portionMax) {
    const [sql, ...values] = selection(query, from)
    const size = Math.min(left, portionMax)
    const rows = db.allColumns(`${sql} LIMIT ?`, ...values, size)
    yield* rows
    const last = rows.at(-1)
    if (last === undefined || rows.length < size) return
    from = { key: listedKey(last), id: afterEveryId }
  }
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
