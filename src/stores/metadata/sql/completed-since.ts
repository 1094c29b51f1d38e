/** Uploads that became objects, read from their receipts. */
import type { Instant } from '../../../base/clock.ts'
import type { Completion } from '../completions.ts'
import type { Checksum } from '../records.ts'
import { getReceipt } from './completion.ts'
import type { Connection, Row } from './connection.ts'
import { text } from './connection.ts'
import { decodeObject } from './object-rows.ts'
import { currentRow } from './objects.ts'

const receiptsSince = 'SELECT upload FROM receipts WHERE completed >= ? ORDER BY completed LIMIT ?'

/** What the rule of CompleteMultipartUpload answers, as far as it is needed here. */
interface Answer {
  readonly etag: string
  readonly partCount: number
  readonly checksum?: Checksum | undefined
}

type Completed = Completion & { readonly completed: Instant }

export function completedSince(db: Connection, moment: Instant, max: number): readonly Completed[] {
  return db.all(receiptsSince, moment, max).flatMap((row) => completed(db, row))
}

/** None where another object has taken its place. */
function completed(db: Connection, row: Row): readonly Completed[] {
  const uploadId = text(row, 'upload')
  const receipt = getReceipt(db, uploadId)
  const found = receipt && currentRow(db, receipt.bucket, receipt.key)
  if (receipt === undefined || found === undefined) return []
  const { etag, partCount, checksum } = receipt.answer as Answer
  const object = decodeObject(found, true)
  if (object.etag !== etag || object.locator.kind !== 'parts') return []
  const { requestHash, answer, completed } = receipt
  const { modified } = object
  return [{ uploadId, etag, partCount, checksum, modified, requestHash, answer, completed }]
}
