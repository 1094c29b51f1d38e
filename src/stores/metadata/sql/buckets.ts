/** Buckets: rows and transactions. */
import type { Instant } from '../../../base/clock.ts'
import type { BucketAttributes, BucketId, BucketRow } from '../records.ts'
import type { Refusal } from '../store.ts'
import type { Connection, Row } from './connection.ts'
import { bytes, integer, text } from './connection.ts'
import { encodeLocator } from './locators.ts'
import { unlink } from './references.ts'
import { draft, seal, unseal } from './seal.ts'

const columns = 'id, name, owner, versioning, record'
const byName = `SELECT ${columns} FROM buckets WHERE name = ?`
const byId = `SELECT ${columns} FROM buckets WHERE id = ?`
const ofOwner = `SELECT ${columns} FROM buckets WHERE owner = ? AND name > ? AND name >= ? ORDER BY name LIMIT ?`
const insert = `INSERT INTO buckets (name, owner, versioning, record) VALUES (?, ?, 'never', x'')`
const rewrite = 'UPDATE buckets SET record = ? WHERE id = ?'
const occupied = `SELECT EXISTS (SELECT 1 FROM objects WHERE bucket = ?1)
  OR EXISTS (SELECT 1 FROM versions WHERE bucket = ?1) AS found`

interface Kept {
  readonly created: Instant
  readonly attributes: BucketAttributes
}

export interface NewBucket extends Kept {
  readonly name: string
  readonly owner: string
}

export interface BucketsQuery {
  readonly owner: string
  readonly prefix: string
  readonly after: string
  readonly max: number
}

export function createBucket(db: Connection, bucket: NewBucket): BucketRow | Refusal {
  const present = getBucket(db, bucket.name)
  if (present !== undefined) return { refused: 'bucket-exists', owner: present.owner }
  const { name, owner, created, attributes } = bucket
  const id = db.insert(insert, name, owner)
  const row: BucketRow = { id, name, owner, created, versioning: 'never', attributes }
  write(db, row)
  return row
}

export function getBucket(db: Connection, name: string): BucketRow | undefined {
  const row = db.get(byName, name)
  return row === undefined ? undefined : decode(row)
}

export function listBuckets(
  db: Connection,
  query: BucketsQuery,
): { buckets: readonly BucketRow[]; truncated: boolean } {
  const { owner, prefix, after, max } = query
  const rows = db.all(ofOwner, owner, after, prefix, max + 1).map(decode)
  const buckets = rows.filter((row) => row.name.startsWith(prefix))
  return { buckets: buckets.slice(0, max), truncated: max > 0 && buckets.length > max }
}

export interface BucketDeletion {
  readonly id: BucketId
  readonly now: Instant
}

export function deleteBucket(db: Connection, call: BucketDeletion): undefined | Refusal {
  if (!bucketExists(db, call.id)) return { refused: 'bucket-missing' }
  const found = db.get(occupied, call.id)
  if (found !== undefined && integer(found, 'found') === 1) return { refused: 'bucket-not-empty' }
  for (const upload of db.all('SELECT content FROM uploads WHERE bucket = ?', call.id)) {
    const locator = encodeLocator({ kind: 'parts', content: integer(upload, 'content') })
    unlink(db, locator, call.now)
  }
  db.run('DELETE FROM uploads WHERE bucket = ?', call.id)
  db.run('DELETE FROM buckets WHERE id = ?', call.id)
  return undefined
}

export interface BucketConfiguration {
  readonly id: BucketId
  readonly name: string
  readonly value: unknown
}

export function setBucketConfiguration(
  db: Connection,
  call: BucketConfiguration,
): undefined | Refusal {
  const found = db.get(byId, call.id)
  if (found === undefined) return { refused: 'bucket-missing' }
  const row = decode(found)
  const { [call.name]: _replaced, ...others } = row.attributes.configurations
  const configurations = call.value === undefined ? others : { ...others, [call.name]: call.value }
  write(db, { ...row, attributes: { ...row.attributes, configurations } })
  return undefined
}

export function bucketExists(db: Connection, id: BucketId): boolean {
  return db.get('SELECT 1 FROM buckets WHERE id = ?', id) !== undefined
}

function write(db: Connection, row: BucketRow): void {
  const kept: Kept = { created: row.created, attributes: row.attributes }
  db.run(rewrite, seal(draft(identity(row), kept), String(row.id)), row.id)
}

function decode(row: Row): BucketRow {
  const columns = {
    id: integer(row, 'id'),
    name: text(row, 'name'),
    owner: text(row, 'owner'),
    versioning: text(row, 'versioning') as BucketRow['versioning'],
  }
  const record = bytes(row, 'record')
  const sealed = { record, identity: identity(columns), late: String(columns.id) }
  const { created, attributes } = unseal(sealed) as Kept
  return { ...columns, created, attributes }
}

function identity(row: Pick<BucketRow, 'name' | 'owner' | 'versioning'>): string {
  return `bucket\0${row.name}\0${row.owner}\0${row.versioning}`
}
