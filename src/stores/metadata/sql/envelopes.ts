/** Envelopes of encrypted objects and uploads: found one after another, and replaced where they stand. */
import type { BucketId, Encryption } from '../records.ts'
import type { EnvelopeAt, EnvelopePage, Refusal } from '../store.ts'
import type { Connection, Row } from './connection.ts'
import { bytes, integer, text } from './connection.ts'
import { decodeObject, draftObject, lateColumns, objectColumns } from './object-rows.ts'
import { CorruptRecord, isEncryptedRecord, seal } from './seal.ts'
import { decodeUpload, draftUpload, uploadColumns } from './upload-rows.ts'

/** In this order each table is gone through. */
const tables = ['objects', 'versions', 'uploads'] as const

/** Where the walk stands: the last row that was looked at, of which table; '' of a table not begun. */
interface Cursor {
  readonly table: (typeof tables)[number]
  readonly bucket: BucketId
  readonly key: string
  /** `ver` of a version, `content` of an upload. */
  readonly number: number
}

const start: Cursor = { table: 'objects', bucket: -1, key: '', number: -1 }
const pages: Readonly<Record<Cursor['table'], string>> = {
  objects: `SELECT ${objectColumns} FROM objects WHERE (bucket, key) > (?, ?) ORDER BY bucket, key LIMIT ?`,
  versions: `SELECT ${objectColumns} FROM versions WHERE (bucket, key, ver) > (?, ?, ?) ORDER BY bucket, key, ver LIMIT ?`,
  uploads: `SELECT ${uploadColumns} FROM uploads WHERE content > ? ORDER BY content LIMIT ?`,
}

/** Looks at up to `max` rows, encrypted or not, so that a page takes no longer where there is nothing to find. */
export function listEnvelopes(
  db: Connection,
  after: string | undefined,
  max: number,
): EnvelopePage {
  const cursor = after === undefined ? start : (JSON.parse(after) as Cursor)
  const rows = rowsAfter(db, cursor, max)
  const last = rows.at(-1)
  const next = rows.length < max || last === undefined ? nextTable(cursor) : at(cursor.table, last)
  const found = rows.map((row) => read(db, cursor.table, row))
  return {
    envelopes: found.filter((one) => one !== undefined && one !== 'damaged'),
    damaged: found.filter((one) => one === 'damaged').length,
    next: next === undefined ? undefined : JSON.stringify(next),
  }
}

function read(db: Connection, table: Cursor['table'], row: Row): Found | 'damaged' | undefined {
  // Uploads are few, and their records say nothing of encryption before they are read.
  if (table !== 'uploads' && !isEncryptedRecord(bytes(row, 'record'))) return undefined
  try {
    return table === 'uploads' ? ofUpload(db, row) : ofObject(db, row, table === 'objects')
  } catch (error) {
    if (error instanceof CorruptRecord) return 'damaged'
    throw error
  }
}

type Found = EnvelopePage['envelopes'][number]

function ofUpload(db: Connection, row: Row): Found | undefined {
  const { uploadId, bucket, key, attributes } = decodeUpload(row)
  const { encryption } = attributes
  return encryption && { at: { uploadId }, bucket: bucketName(db, bucket), key, encryption }
}

function ofObject(db: Connection, row: Row, isLatest: boolean): Found | undefined {
  const { bucket, key, versionId, attributes } = decodeObject(row, isLatest)
  const { encryption } = attributes
  const place = { bucket: bucketName(db, bucket), key }
  return encryption && { at: { bucket, key, versionId }, ...place, encryption }
}

function bucketName(db: Connection, id: BucketId): string {
  const row = db.get('SELECT name FROM buckets WHERE id = ?', id)
  if (row === undefined) throw new CorruptRecord(`bucket ${id} is gone, and its objects are not`)
  return text(row, 'name')
}

function rowsAfter(db: Connection, { table, bucket, key, number }: Cursor, max: number): Row[] {
  switch (table) {
    case 'objects':
      return db.all(pages.objects, bucket, key, max)
    case 'versions':
      return db.all(pages.versions, bucket, key, number, max)
    case 'uploads':
      return db.all(pages.uploads, number, max)
  }
}

function at(table: Cursor['table'], row: Row): Cursor {
  const number = integer(row, table === 'uploads' ? 'content' : 'ver')
  return { table, bucket: integer(row, 'bucket'), key: text(row, 'key'), number }
}

function nextTable({ table }: Cursor): Cursor | undefined {
  const next = tables[tables.indexOf(table) + 1]
  return next === undefined ? undefined : { ...start, table: next }
}

export interface EnvelopeReplacement {
  readonly at: EnvelopeAt
  readonly from: Encryption
  readonly to: Encryption
}

/** Refused when the envelope that is there is not `from` any more: everything else of the row stays as it is now. */
export function replaceEnvelope(db: Connection, call: EnvelopeReplacement): undefined | Refusal {
  return 'uploadId' in call.at
    ? replaceOfUpload(db, call.at.uploadId, call)
    : replaceOfObject(db, call.at, call)
}

function replaceOfUpload(
  db: Connection,
  uploadId: string,
  { from, to }: EnvelopeReplacement,
): undefined | Refusal {
  const found = db.get(`SELECT ${uploadColumns} FROM uploads WHERE upload = ?`, uploadId)
  if (found === undefined) return { refused: 'upload-missing' }
  const upload = decodeUpload(found)
  if (!isSame(upload.attributes.encryption, from)) return { refused: 'upload-missing' }
  const changed = { ...upload, attributes: { ...upload.attributes, encryption: to } }
  const record = seal(draftUpload(changed), String(upload.content))
  db.run('UPDATE uploads SET record = ? WHERE content = ?', record, upload.content)
  return undefined
}

function replaceOfObject(
  db: Connection,
  { bucket, key, versionId }: Exclude<EnvelopeAt, { uploadId: string }>,
  { from, to }: EnvelopeReplacement,
): undefined | Refusal {
  for (const table of ['objects', 'versions'] as const) {
    const where = 'WHERE bucket = ? AND key = ? AND version = ?'
    const found = db.get(`SELECT ${objectColumns} FROM ${table} ${where}`, bucket, key, versionId)
    if (found === undefined) continue
    const row = decodeObject(found, table === 'objects')
    if (!isSame(row.attributes.encryption, from)) break
    const changed = { ...row, attributes: { ...row.attributes, encryption: to } }
    const late = lateColumns(integer(found, 'ver'))
    const record = seal(draftObject(changed, versionId), late, bytes(found, 'locator'))
    db.run(`UPDATE ${table} SET record = ? ${where}`, record, bucket, key, versionId)
    return undefined
  }
  return { refused: 'object-missing' }
}

/** No two envelopes are wrapped alike: what is wrapped tells them apart. */
function isSame(found: Encryption | undefined, expected: Encryption): boolean {
  return found?.method === expected.method && found.wrapped === expected.wrapped
}
