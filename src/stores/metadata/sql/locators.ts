/**
 * Locators as one column: a kind byte, then what the kind needs, big-endian, so that everything which names one blob
 * lies side by side in an index.
 */
import { crc32 } from 'node:zlib'
import { blobAt, fileId, fileOf, placeOf } from '../../../base/ids.ts'
import type { BlobId, FileId } from '../../../base/ids.ts'
import type { Locator, NewLocator } from '../records.ts'
import type { Column, Connection } from './connection.ts'
import { asBytes, asInteger, integer } from './connection.ts'
import { CorruptRecord } from './seal.ts'

const nothing = 0
const inline = 1
const blob = 2
const parts = 3
/** A blob in a pack. */
const packed = 4
const packedBytes = 29
/** Of a locator of a blob: what comes behind all that names the blob. */
export const offsetBytes = 8
/** In a statement: the locator of a row is of a blob. */
export const isBlob = "substr(locator, 1, 1) IN (x'02', x'04')"
/** And all that it names the blob with: its file, and its place there where it lies in a pack. */
export const blobNamed: string = `substr(locator, 2, length(locator) - ${1 + offsetBytes})`

/** A delete marker and an empty part have no bytes. */
export const noBytes: Uint8Array = Uint8Array.of(nothing)

export function encodeLocator(locator: Locator): Uint8Array {
  switch (locator.kind) {
    case 'inline':
      return numbered(inline, locator.row)
    case 'parts':
      return numbered(parts, locator.content)
    case 'blob':
      return blobLocator(locator.blob, BigInt(locator.offset))
  }
}

/** Undefined for a row without bytes. Throws CorruptRecord on a kind that this version does not know. */
export function decodeLocator(column: Uint8Array): Locator | undefined {
  switch (column[0]) {
    case nothing:
      return undefined
    case inline:
      return { kind: 'inline', row: readNumber(column, 1) }
    case blob:
      return { kind: 'blob', blob: fileIn(column), offset: readNumber(column, 17) }
    case packed: {
      if (column.length < packedBytes) throw new CorruptRecord('a locator is too short')
      const view = bufferOf(column)
      const place = { firstPage: view.readUInt16BE(17), pages: view.readUInt16BE(19) }
      const id = blobAt(fileIn(column), place)
      return { kind: 'blob', blob: id, offset: readNumber(column, 21) }
    }
    case parts:
      return { kind: 'parts', content: readNumber(column, 1) }
    default:
      throw new CorruptRecord(`unknown kind of locator: ${bufferOf(column).toString('hex')}`)
  }
}

function fileIn(column: Uint8Array): FileId {
  return fileId(bufferOf(column).toString('hex', 1, 17))
}

function bufferOf(column: Uint8Array): Buffer {
  return Buffer.from(column.buffer, column.byteOffset, column.byteLength)
}

/** Eight bytes, big-endian. Throws CorruptRecord where they are not there. */
function readNumber(column: Uint8Array, at: number): number {
  if (column.length < at + 8) throw new CorruptRecord('a locator is too short')
  const view = new DataView(column.buffer, column.byteOffset + at, 8)
  return view.getUint32(0) * 2 ** 32 + view.getUint32(4)
}

export type Range = readonly [first: Uint8Array, last: Uint8Array]

/** First and last locator that name these bytes: all offsets of a blob, else the one. */
export function rangeOf(locator: Locator): Range {
  if (locator.kind === 'blob') return rangeOfBlob(locator.blob)
  const only = encodeLocator(locator)
  return [only, only]
}

export function rangeOfBlob(id: BlobId): Range {
  return [blobLocator(id, 0n), blobLocator(id, 0xffffffffffffffffn)]
}

/** The locators that name a byte of a blob in this pack. */
export function rangeOfPack(file: FileId): Range {
  const first = packedLocator(file, 0n)
  const last = first.slice()
  last.fill(0xff, 17)
  return [first, last]
}

/** Bytes for a row that is about to be written, ready for the writer: a locator, or small bytes with their CRC. */
export type Placement = Uint8Array | { readonly bytes: Uint8Array; readonly crc: number }

export function placement(locator: NewLocator): Placement {
  if (locator.kind !== 'bytes') return encodeLocator(locator)
  return { bytes: whole(locator.bytes), crc: crc32(locator.bytes) }
}

/** Rows of small bytes: the last one that a connection gave, and the last one that it may give. */
interface SmallRows {
  given: number
  taken: number
}

const smallRows = new WeakMap<Connection, SmallRows>()
/** The number that is never to be used again lies on a page of its own: taken for each row, each commit would write that page. */
const takenAtOnce = 1024

const insertSmall = 'INSERT INTO small (id, crc, bytes) VALUES (?, ?, ?)'
// The node:sqlite of Node 24.12 binds an empty array as NULL.
const insertEmpty = `INSERT INTO small (id, crc, bytes) VALUES (?, ?, x'')`

/** Inside a transaction: small bytes become a row of their own. Their CRC covers its number, so that no other row can pass for it. */
export function place(db: Connection, placement: Placement): Uint8Array {
  if (placement instanceof Uint8Array) return placement
  const id = nextRow(db)
  const locator = numbered(inline, id)
  const crc = crc32(locator, placement.crc)
  if (placement.bytes.length === 0) db.run(insertEmpty, id, crc)
  else db.run(insertSmall, id, crc, placement.bytes)
  return locator
}

/** Where bytes lie that were placed; `row` is what small ones were given. */
export function placed(locator: NewLocator, row: number | undefined): Locator | undefined {
  if (locator.kind !== 'bytes') return locator
  return row === undefined ? undefined : { kind: 'inline', row }
}

/**
 * Nobody else writes while this connection does, so it need not ask twice. After a group that was undone fewer rows are taken than
 * it knows of; SQLite then counts on by itself.
 */
function nextRow(db: Connection): number {
  const rows = smallRows.get(db) ?? { given: storedLastRow(db), taken: 0 }
  smallRows.set(db, rows)
  rows.given += 1
  if (rows.given > rows.taken) {
    rows.taken = rows.given + takenAtOnce
    takeRows(db, rows.taken)
  }
  return rows.given
}

function takeRows(db: Connection, until: number): void {
  const taken = db.run(`UPDATE sqlite_sequence SET seq = ? WHERE name = 'small'`, until)
  if (taken === 0) db.run(`INSERT INTO sqlite_sequence (name, seq) VALUES ('small', ?)`, until)
}

function storedLastRow(db: Connection): number {
  const last = db.get(`SELECT seq FROM sqlite_sequence WHERE name = 'small'`)
  return last === undefined ? 0 : integer(last, 'seq')
}

/** The row that a locator of small bytes names. */
export function rowOf(locator: Uint8Array): number {
  return readNumber(locator, 1)
}

/** Undefined when they were reclaimed. Throws CorruptRecord. */
export function readSmall(db: Connection, id: number): Uint8Array | undefined {
  const row = db.getColumns('SELECT crc, bytes FROM small WHERE id = ?', id)
  return row === undefined ? undefined : provenSmall(id, row[0], row[1])
}

/** The bytes of that row, its columns given. Throws CorruptRecord. */
export function provenSmall(id: number, crc: Column, bytes: Column): Uint8Array {
  const found = asBytes(bytes, 'bytes')
  if (crc32(numbered(inline, id), crc32(found)) === asInteger(crc, 'crc')) return found
  throw new CorruptRecord(`small bytes ${id}: the checksum does not match`)
}

/** A view is sent to another thread with all the memory behind it, so it must not be a slice of something large. */
function whole(bytes: Uint8Array): Uint8Array {
  return bytes.byteLength === bytes.buffer.byteLength ? bytes : new Uint8Array(bytes)
}

function numbered(kind: number, value: number): Uint8Array {
  const column = new Uint8Array(9)
  column[0] = kind
  const view = new DataView(column.buffer)
  view.setUint32(1, Math.floor(value / 2 ** 32))
  view.setUint32(5, value % 2 ** 32)
  return column
}

function blobLocator(id: BlobId, offset: bigint): Uint8Array {
  if (placeOf(id) !== undefined) return packedLocator(id, offset)
  const column = new Uint8Array(25)
  const view = Buffer.from(column.buffer)
  column[0] = blob
  view.write(id, 1, 'hex')
  view.writeBigUInt64BE(offset, 17)
  return column
}

function packedLocator(id: BlobId, offset: bigint): Uint8Array {
  const column = new Uint8Array(packedBytes)
  const view = Buffer.from(column.buffer)
  const { firstPage, pages } = placeOf(id) ?? { firstPage: 0, pages: 0 }
  column[0] = packed
  view.write(fileOf(id), 1, 'hex')
  view.writeUInt16BE(firstPage, 17)
  view.writeUInt16BE(pages, 19)
  view.writeBigUInt64BE(offset, 21)
  return column
}
