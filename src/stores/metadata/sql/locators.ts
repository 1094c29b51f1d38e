/**
 * Locators as one column: a kind byte, then what the kind needs, big-endian, so that everything which names one blob
 * lies side by side in an index.
 */
import { crc32 } from 'node:zlib'
import { blobId } from '../../../base/ids.ts'
import type { BlobId } from '../../../base/ids.ts'
import type { Locator, NewLocator } from '../records.ts'
import type { Connection } from './connection.ts'
import { bytes, integer } from './connection.ts'
import { CorruptRecord } from './seal.ts'

const nothing = 0
const inline = 1
const blob = 2
const parts = 3

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
  const view = Buffer.from(column.buffer, column.byteOffset, column.byteLength)
  switch (view[0]) {
    case nothing:
      return undefined
    case inline:
      return { kind: 'inline', row: Number(view.readBigUInt64BE(1)) }
    case blob: {
      const id = blobId(view.toString('hex', 1, 17))
      return { kind: 'blob', blob: id, offset: Number(view.readBigUInt64BE(17)) }
    }
    case parts:
      return { kind: 'parts', content: Number(view.readBigUInt64BE(1)) }
    default:
      throw new CorruptRecord(`unknown kind of locator: ${view.toString('hex')}`)
  }
}

/** First and last locator that name these bytes: all offsets of a blob, else the one. */
export function rangeOf(locator: Locator): readonly [first: Uint8Array, last: Uint8Array] {
  if (locator.kind === 'blob') return rangeOfBlob(locator.blob)
  const only = encodeLocator(locator)
  return [only, only]
}

export function rangeOfBlob(id: BlobId): readonly [first: Uint8Array, last: Uint8Array] {
  return [blobLocator(id, 0n), blobLocator(id, 0xffffffffffffffffn)]
}

/** Bytes for a row that is about to be written, ready for the writer: a locator, or small bytes with their CRC. */
export type Placement = Uint8Array | { readonly bytes: Uint8Array; readonly crc: number }

export function placement(locator: NewLocator): Placement {
  if (locator.kind !== 'bytes') return encodeLocator(locator)
  return { bytes: whole(locator.bytes), crc: crc32(locator.bytes) }
}

/** Inside a transaction: small bytes become a row of their own. Their CRC covers its number, so that no other row can pass for it. */
export function place(db: Connection, placement: Placement): Uint8Array {
  if (placement instanceof Uint8Array) return placement
  const last = db.get(`SELECT seq FROM sqlite_sequence WHERE name = 'small'`)
  const id = last === undefined ? 1 : integer(last, 'seq') + 1
  const locator = numbered(inline, id)
  // The node:sqlite of Node 24.12 binds an empty array as NULL.
  const sql = `INSERT INTO small (id, crc, bytes) VALUES (?, ?, coalesce(?, x''))`
  db.run(sql, id, crc32(locator, placement.crc), placement.bytes)
  return locator
}

/** Undefined when they were reclaimed. Throws CorruptRecord. */
export function readSmall(db: Connection, id: number): Uint8Array | undefined {
  const row = db.get('SELECT crc, bytes FROM small WHERE id = ?', id)
  if (row === undefined) return undefined
  const found = bytes(row, 'bytes')
  if (crc32(numbered(inline, id), crc32(found)) === integer(row, 'crc')) return found
  throw new CorruptRecord(`small bytes ${id}: the checksum does not match`)
}

/** A view is sent to another thread with all the memory behind it, so it must not be a slice of something large. */
function whole(bytes: Uint8Array): Uint8Array {
  return bytes.byteLength === bytes.buffer.byteLength ? bytes : new Uint8Array(bytes)
}

function numbered(kind: number, value: number): Uint8Array {
  const column = new Uint8Array(9)
  column[0] = kind
  new DataView(column.buffer).setBigUint64(1, BigInt(value))
  return column
}

function blobLocator(id: BlobId, offset: bigint): Uint8Array {
  const column = new Uint8Array(25)
  const view = Buffer.from(column.buffer)
  column[0] = blob
  view.write(id, 1, 'hex')
  view.writeBigUInt64BE(offset, 17)
  return column
}
