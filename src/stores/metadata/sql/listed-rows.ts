/**
 * Rows of `objects` as listings take them. A value of its own costs more to fetch than what is in it, so a portion of rows comes
 * as one piece of bytes; and all attributes of a record cost more to read than the few that a listing shows, so those are found
 * in its JSON where it lies (listed-json.ts). Each record is proven by its CRC all the same. What is not written as most records
 * are, and what does not verify, is read, and refused, as a look-up by key does it.
 */
import type { BucketId, ListedObject } from '../records.ts'
import type { Columns } from './connection.ts'
import { readShown } from './listed-json.ts'
import { decodeListed, identityBegin } from './object-rows.ts'
import { isProven, recordHeadBytes, sumsBehind } from './seal.ts'

const lengths = ['key', 'version', 'record', 'ver', 'locator']
  .map((column) => `octet_length(${column}), x'00'`)
  .join(', ')

/** NUL, the marker of what is no delete marker, NUL: behind the version in the identity of a record. */
const behindVersion = `x'003000'`
const behindVersionBytes = 3

/**
 * All rows of a subquery of `listedColumns` as one value, NULL of none, in its order: it has a LIMIT, so SQLite runs it row by row as
 * it stands. Behind the lengths of a row and the head of its record, what the CRC of the record covers lies in one piece.
 */
export const listedPortion: string = `CAST(group_concat(concat(${lengths}, substr(record, 1, ${recordHeadBytes}),
  key, x'00', version, ${behindVersion}, substr(record, ${recordHeadBytes + 1}), ver, locator), '') AS BLOB)`

interface Portion {
  readonly bytes: Buffer
  /** One character for each byte, so that a position is one in both. */
  readonly text: string
  readonly bucket: BucketId
  /** By version of a record, its CRC behind what all identities here begin with. */
  readonly sums: Readonly<Record<number, number>>
}

/** One row, by where in its portion each column begins. */
export interface ListedRow {
  readonly portion: Portion
  readonly key: string
  readonly head: number
  readonly identity: number
  readonly version: number
  readonly json: number
  readonly ver: number
  readonly locator: number
  readonly end: number
}

/** In the order of the subquery; nothing in them is proven yet. */
export function listedRows(found: Uint8Array, bucket: BucketId): readonly ListedRow[] {
  const bytes = Buffer.from(found.buffer, found.byteOffset, found.byteLength)
  const portion = {
    bytes,
    text: bytes.toString('latin1'),
    bucket,
    sums: sumsBehind(identityBegin(bucket)),
  }
  const rows: ListedRow[] = []
  const cursor = { bytes, at: 0 }
  while (cursor.at < bytes.length) rows.push(rowAt(portion, cursor))
  return rows
}

interface Cursor {
  readonly bytes: Uint8Array
  at: number
}

/** The row at the cursor, which is behind it then. */
function rowAt(portion: Portion, cursor: Cursor): ListedRow {
  const keyBytes = readLength(cursor)
  const versionBytes = readLength(cursor)
  const recordBytes = readLength(cursor)
  const verBytes = readLength(cursor)
  const locatorBytes = readLength(cursor)
  const head = cursor.at
  const headBytes = Math.min(recordBytes, recordHeadBytes)
  const identity = head + headBytes
  const version = identity + keyBytes + 1
  const json = version + versionBytes + behindVersionBytes
  const ver = json + recordBytes - headBytes
  const locator = ver + verBytes
  const end = locator + locatorBytes
  const key = keyOf(portion, identity, identity + keyBytes)
  cursor.at = end
  return { portion, key, head, identity, version, json, ver, locator, end }
}

const zero = 48

/** Decimal digits, and the NUL behind them. */
function readLength(cursor: Cursor): number {
  let length = 0
  for (;;) {
    const digit = cursor.bytes[cursor.at++] ?? 0
    if (digit === 0) return length
    length = length * 10 + digit - zero
  }
}

function keyOf({ bytes, text }: Portion, from: number, to: number): string {
  const key = text.slice(from, to)
  return /[\x80-\xff]/.test(key) ? bytes.toString('utf8', from, to) : key
}

/** What a listing shows of it. Throws CorruptRecord. */
export function showListed(row: ListedRow): ListedObject {
  const { portion, key, version, json } = row
  const shown = isWritten(row) ? readShown(portion.text, json) : undefined
  if (shown === undefined) return showColumns(columnsOf(row), portion.bucket)
  const versionId = portion.text.slice(version, json - behindVersionBytes)
  const { owner, sizeBytes, etag, modified, storageClass, checksum } = shown
  return { key, versionId, owner, sizeBytes, etag, modified, storageClass, checksum }
}

function isWritten({ portion, head, identity, end }: ListedRow): boolean {
  return isProven(portion.bytes, { head, from: identity, end }, portion.sums)
}

/** The same of `listedColumns`. Throws CorruptRecord. */
export function showColumns(columns: Columns, bucket: BucketId): ListedObject {
  const object = decodeListed(columns, bucket)
  const { key, versionId, owner, sizeBytes, etag, modified, attributes } = object
  const { storageClass, checksum: kept } = attributes
  const checksum = kept === undefined ? undefined : { algorithm: kept.algorithm, type: kept.type }
  return { key, versionId, owner, sizeBytes, etag, modified, storageClass, checksum }
}

/** The row as `listedColumns` gives it. */
function columnsOf({
  portion,
  key,
  head,
  identity,
  version,
  json,
  ver,
  locator,
  end,
}: ListedRow): Columns {
  const { bytes, text } = portion
  const record = new Uint8Array(identity - head + ver - json)
  record.set(bytes.subarray(head, identity))
  record.set(bytes.subarray(json, ver), identity - head)
  const versionId = text.slice(version, json - behindVersionBytes)
  const number = Number(text.slice(ver, locator))
  return [key, number, versionId, Uint8Array.from(bytes.subarray(locator, end)), record]
}
