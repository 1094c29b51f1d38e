/** Every blob that a row names, each once, in the order of files and of places in them, read from the tables themselves and from no index. */
import { blobAt, fileId, type BlobId } from '../../../base/ids.ts'
import type { Connection } from './connection.ts'
import { bytes } from './connection.ts'
import { blobNamed, isBlob } from './locators.ts'

const named = ['objects', 'versions', 'parts']
  .map((table) => `SELECT DISTINCT ${blobNamed} AS blob FROM ${table} NOT INDEXED WHERE ${isBlob}`)
  .join(' UNION ')
const fileBytes = 16

export function* blobsNamed(db: Connection): Generator<BlobId> {
  for (const row of db.each(`${named} ORDER BY 1`)) yield blobOf(bytes(row, 'blob'))
}

function blobOf(column: Uint8Array): BlobId {
  const view = Buffer.from(column.buffer, column.byteOffset, column.byteLength)
  const file = fileId(view.toString('hex', 0, fileBytes))
  if (view.length === fileBytes) return file
  const [firstPage, pages] = [view.readUInt16BE(fileBytes), view.readUInt16BE(fileBytes + 2)]
  return blobAt(file, { firstPage, pages })
}
