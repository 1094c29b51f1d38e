/** What must be true of a row of each table, beside its checksum: what it names is there, and its sizes add up. */
import type { ExaminedTable, Flaw, Reference } from '../examiner.ts'
import type { Locator } from '../records.ts'
import { getBucket } from './buckets.ts'
import { getReceipt } from './completion.ts'
import type { Connection, Row, Value } from './connection.ts'
import { bytes, integer, text } from './connection.ts'
import { checkContent, checkParts } from './examine-content.ts'
import type { Owners } from './examine-owners.ts'
import { decodeLocator, readSmall } from './locators.ts'
import { decodeObject, objectColumns } from './object-rows.ts'
import { partColumns, proveRun } from './part-rows.ts'
import { CorruptRecord } from './seal.ts'
import { decodeUpload, uploadColumns } from './upload-rows.ts'

/** Where the flaws of a page are gathered. */
export interface Seen {
  readonly db: Connection
  readonly owners: Owners
  readonly flaws: Flaw[]
  readonly references: Reference[]
}

interface Table {
  readonly columns: string
  /** The primary key. */
  readonly key: readonly string[]
  /** Less than the first. */
  readonly first: readonly Value[]
}

export const tables: Readonly<Record<ExaminedTable, Table>> = {
  buckets: { columns: 'id, name', key: ['id'], first: [-1] },
  objects: { columns: objectColumns, key: ['bucket', 'key'], first: [-1, ''] },
  versions: { columns: objectColumns, key: ['bucket', 'key', 'ver'], first: [-1, '', 0] },
  uploads: { columns: uploadColumns, key: ['content'], first: [-1] },
  parts: { columns: partColumns, key: ['content', 'run', 'number'], first: [-1, 0, 0] },
  receipts: { columns: 'upload, bucket, key', key: ['upload'], first: [''] },
  small: { columns: 'id', key: ['id'], first: [-1] },
  reclaim: { columns: 'id, locator', key: ['id'], first: [-1] },
}

export const rowChecks: Readonly<Record<ExaminedTable, (row: Row, seen: Seen) => void>> = {
  buckets: (row, { db }) => {
    if (getBucket(db, text(row, 'name')) === undefined)
      throw new CorruptRecord(`bucket ${text(row, 'name')} is not found by its name`)
  },
  objects: (row, seen) => checkObject('objects', row, seen),
  versions: (row, seen) => checkObject('versions', row, seen),
  uploads: (row, seen) => {
    const { content } = decodeUpload(row)
    checkParts(content, seen)
  },
  parts: checkRun,
  receipts: (row, { db }) => {
    if (getReceipt(db, text(row, 'upload')) === undefined)
      throw new CorruptRecord(`the receipt of ${text(row, 'upload')} is not found by its name`)
  },
  small: checkSmall,
  reclaim: (row, seen) => {
    decodeLocator(bytes(row, 'locator'))
    checkIndex('reclaim', ['id'], row, seen)
  },
}

function checkObject(table: 'objects' | 'versions', row: Row, seen: Seen): void {
  const object = decodeObject(row, table === 'objects')
  const { key } = tables[table]
  checkIndex(table, key, row, seen)
  const { locator, sizeBytes } = object
  if (object.deleteMarker) return
  const names = { table, key, row, sizeBytes }
  if (locator.kind === 'parts') return checkContent(object, locator.content, seen)
  checkPlace({ ...names, locator, isSealed: object.attributes.encryption !== undefined }, seen)
}

function checkRun(row: Row, seen: Seen): void {
  const locator = proveRun(row)
  const { key } = tables.parts
  checkIndex('parts', key, row, seen)
  const sizeBytes = integer(row, 'size')
  if (locator?.kind === 'parts') throw new CorruptRecord('a run of a part names other parts')
  if (locator === undefined && sizeBytes > 0) throw new CorruptRecord('a run has no bytes')
  if (locator === undefined) return
  checkPlace({ table: 'parts', key, row, sizeBytes, locator, isSealed: undefined }, seen)
}

interface Place {
  readonly table: 'objects' | 'versions' | 'parts'
  readonly key: readonly string[]
  readonly row: Row
  readonly sizeBytes: number
  readonly locator: Exclude<Locator, { kind: 'parts' }>
  /** Sealed bytes are more than plain ones. Undefined where the row does not say. */
  readonly isSealed: boolean | undefined
}

function checkPlace(place: Place, seen: Seen): void {
  const { locator, sizeBytes, row, table } = place
  const { db, owners, flaws, references } = seen
  const found = owners.ofRow(table, row)
  const [owner = { bucket: '(nobody)' }] = found
  if (locator.kind === 'blob') {
    const stands = (): boolean => rowStands(db, place)
    references.push({ blob: locator.blob, bytesMin: locator.offset + sizeBytes, owner, stands })
    return
  }
  const small = db.get('SELECT length(bytes) AS size FROM small WHERE id = ?', locator.row)
  if (small === undefined && (locator.row !== 0 || sizeBytes > 0)) {
    flaws.push({ kind: 'bytes', owners: found, detail: 'its small bytes are missing' })
  }
  const there = small === undefined ? sizeBytes : integer(small, 'size')
  if (there < sizeBytes || (place.isSealed === false && there > sizeBytes)) {
    const detail = `${there} small bytes where its row says ${sizeBytes}`
    flaws.push({ kind: 'sizes', owners: found, detail })
  }
}

function rowStands(db: Connection, { table, key, row }: Place): boolean {
  const where = key.map((name) => `${name} = ?`).join(' AND ')
  const values = key.map((name) => row[name] as Value)
  const now = db.get(`SELECT locator FROM ${table} WHERE ${where}`, ...values)
  return now !== undefined && Buffer.compare(bytes(now, 'locator'), bytes(row, 'locator')) === 0
}

/** Small bytes prove themselves together with their number. */
function checkSmall(row: Row, { db, owners, flaws }: Seen): void {
  const id = integer(row, 'id')
  try {
    readSmall(db, id)
  } catch (error) {
    if (!(error instanceof CorruptRecord)) throw error
    const named = owners.ofLocator({ kind: 'inline', row: id })
    flaws.push({ kind: 'bytes', owners: named, detail: error.message })
  }
}

/** Reclaim asks this index whether bytes are still named: a row that it does not know could lose them. */
function checkIndex(
  table: 'objects' | 'versions' | 'parts' | 'reclaim',
  ...[key, row, seen]: [key: readonly string[], row: Row, seen: Seen]
): void {
  const where = key.map((name) => `${name} = ?`).join(' AND ')
  const sql = `SELECT 1 FROM ${table} INDEXED BY ${table}_by_locator WHERE locator = ? AND ${where}`
  const values = key.map((name) => row[name] as Value)
  if (seen.db.get(sql, bytes(row, 'locator'), ...values) !== undefined) return
  const detail = `a row of ${table} is missing in its index by locator`
  seen.flaws.push({ kind: 'index', owners: seen.owners.ofRow(table, row), detail })
}
