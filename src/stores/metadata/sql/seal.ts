/**
 * Sealed records: the attributes of a row as JSON, behind a version byte and a CRC that also covers the columns which
 * say whose attributes they are. A row that was damaged, or mixed up with another, is an error with a name and never
 * an absent row. docs/format/metadata.md tells the layout.
 *
 * The CRC is taken in two steps, because some columns (a row number, a locator) are assigned inside the transaction:
 * `draft` does all the work that can be done on the calling thread, `seal` adds the columns that came late.
 */
import { crc32 } from 'node:zlib'

/** Of records that say nothing of encryption; and of those that do, so that no older program takes sealed bytes for plain ones. */
const recordVersion = 1
const encryptedVersion = 2
/** Version and CRC. */
export const recordHeadBytes = 5
const starts: Readonly<Record<number, number>> = {
  [recordVersion]: crc32(Uint8Array.of(recordVersion)),
  [encryptedVersion]: crc32(Uint8Array.of(encryptedVersion)),
}

/** The row is there, and is not what was written. */
export class CorruptRecord extends Error {
  override readonly name = 'CorruptRecord'
}

/**
 * A record whose CRC still lacks the late columns. `identity` names the kind of row and its columns, NUL between them;
 * `isEncrypted` says that the attributes tell how bytes are sealed.
 */
export function draft(identity: string, attributes: unknown, isEncrypted = false): Uint8Array {
  const version = isEncrypted ? encryptedVersion : recordVersion
  const json = JSON.stringify(attributes)
  const record = new Uint8Array(recordHeadBytes + Buffer.byteLength(json))
  const view = buffer(record)
  view.write(json, recordHeadBytes)
  record[0] = version
  const named = crc32(`${identity}\0`, starts[version])
  view.writeUInt32BE(crc32(view.subarray(recordHeadBytes), named), 1)
  return record
}

/**
 * A draft completed with the columns that came late, in the order in which `unseal` is given them. A copy, for a group that is
 * done again (group.ts) needs its drafts as they were.
 */
export function seal(record: Uint8Array, late: string, locator?: Uint8Array): Uint8Array {
  const sealed = Buffer.from(record)
  sealed.writeUInt32BE(extend(sealed.readUInt32BE(1), late, locator), 1)
  return sealed
}

/** The attributes tell how bytes are sealed: what `draft` was told of it, without reading the record. */
export function isEncryptedRecord(record: Uint8Array): boolean {
  return record[0] === encryptedVersion
}

export interface Sealed {
  readonly record: Uint8Array
  readonly identity: string
  readonly late: string
  readonly locator?: Uint8Array
}

/** The attributes of a row. Throws CorruptRecord. */
export function unseal(sealed: Sealed): unknown {
  const view = buffer(sealed.record)
  const json = view.subarray(recordHeadBytes)
  const start = starts[view[0] ?? 0]
  if (view.length < recordHeadBytes || start === undefined) {
    throw new CorruptRecord(`${name(sealed)}: unknown record version ${view[0] ?? 'of no bytes'}`)
  }
  const sum = crc32(json, crc32(`${sealed.identity}\0`, start))
  if (extend(sum, sealed.late, sealed.locator) !== view.readUInt32BE(1)) {
    throw new CorruptRecord(`${name(sealed)}: the checksum of the record does not match`)
  }
  return JSON.parse(json.toString())
}

/** By version of a record, its CRC as far as it covers that version and the beginning of an identity. */
export function sumsBehind(identityBegin: string): Readonly<Record<number, number>> {
  const sums = Object.entries(starts).map(([version, sum]) => [version, crc32(identityBegin, sum)])
  return Object.fromEntries(sums)
}

/** A record in a piece of bytes: where its head begins, and where what its CRC covers begins and ends. */
export interface Laid {
  readonly head: number
  readonly from: number
  readonly end: number
}

/** Whether a record is what was written. `sums` are those of `sumsBehind` for what comes before `from`. */
export function isProven(
  bytes: Buffer,
  { head, from, end }: Laid,
  sums: Readonly<Record<number, number>>,
): boolean {
  const begun = sums[bytes[head] ?? 0]
  if (begun === undefined) return false
  return crc32(bytes.subarray(from, end), begun) === bytes.readUInt32BE(head + 1)
}

function extend(sum: number, late: string, locator: Uint8Array | undefined): number {
  const named = crc32(late, sum)
  return locator === undefined ? named : crc32(locator, named)
}

function name(sealed: Sealed): string {
  return `metadata row ${JSON.stringify(sealed.identity.split('\0'))} (${sealed.late})`
}

function buffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
