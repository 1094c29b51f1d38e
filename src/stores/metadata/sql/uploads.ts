/** Open multipart uploads: begun, looked up, aborted. */
import type { Instant } from '../../../base/clock.ts'
import type { BucketId, UploadRow } from '../records.ts'
import type { Refusal } from '../store.ts'
import { bucketExists } from './buckets.ts'
import type { Connection } from './connection.ts'
import { integer } from './connection.ts'
import { encodeLocator } from './locators.ts'
import { unlink } from './references.ts'
import { seal } from './seal.ts'
import { decodeUpload, uploadColumns } from './upload-rows.ts'

const byId = `SELECT ${uploadColumns} FROM uploads WHERE upload = ?`
const insert = `INSERT INTO uploads (upload, bucket, key, revision, record) VALUES (?, ?, ?, 0, x'')`

export interface UploadStart {
  readonly uploadId: string
  readonly bucket: BucketId
  readonly key: string
  /** A draft: sealed here. */
  readonly record: Uint8Array
}

/** The answer is the content number under which its parts will lie. */
export function createUpload(db: Connection, call: UploadStart): number | Refusal {
  if (!bucketExists(db, call.bucket)) return { refused: 'bucket-missing' }
  const content = db.insert(insert, call.uploadId, call.bucket, call.key)
  const record = seal(call.record, String(content))
  db.run('UPDATE uploads SET record = ? WHERE content = ?', record, content)
  return content
}

export function getUpload(db: Connection, uploadId: string): UploadRow | undefined {
  const row = db.get(byId, uploadId)
  return row === undefined ? undefined : decodeUpload(row)
}

export interface UploadEnd {
  readonly uploadId: string
  readonly now: Instant
}

export function abortUpload(db: Connection, call: UploadEnd): undefined | Refusal {
  const row = db.get('DELETE FROM uploads WHERE upload = ? RETURNING content', call.uploadId)
  if (row === undefined) return { refused: 'upload-missing' }
  unlink(db, encodeLocator({ kind: 'parts', content: integer(row, 'content') }), call.now)
  return undefined
}
