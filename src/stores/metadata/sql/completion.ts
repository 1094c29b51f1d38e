/**
 * CompleteMultipartUpload: parts that do not lie at their offsets yet are numbered with them where they lie, and one object
 * row is inserted that points at all of them. No byte and no part row moves.
 */
import { assert } from '../../../base/assert.ts'
import type { Instant } from '../../../base/clock.ts'
import type { Locator, Receipt } from '../records.ts'
import type { Completion, Refusal } from '../store.ts'
import type { Connection } from './connection.ts'
import { asInteger, bytes, integer, text } from './connection.ts'
import { encodeLocator } from './locators.ts'
import { draftObject, nullVersion } from './object-rows.ts'
import { currentRow, refuse, replaceObject } from './objects.ts'
import { removePart } from './parts.ts'
import { draft, unseal } from './seal.ts'

const uploadOf = 'SELECT content, bucket, key FROM uploads WHERE upload = ?'
const headsOf = `SELECT number, revision, start, part_size, runs FROM parts
  WHERE content = ? AND run = 0 ORDER BY number`
const place = `UPDATE parts SET start = ? WHERE content = ? AND run = ? AND number = ?
  RETURNING size`
const insertReceipt = `INSERT INTO receipts (upload, bucket, key, request_hash, completed, record)
  VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (upload) DO NOTHING`
const receiptOf = `SELECT upload, bucket, key, request_hash, completed, record
  FROM receipts WHERE upload = ?`

export interface CompletionWrite {
  readonly uploadId: string
  /** Number and revision in turn: ten thousand small objects would cost more to send than to complete. */
  readonly parts: Float64Array
  readonly object: Completion['object']
  readonly condition: Completion['condition']
  readonly requestHash: string
  readonly receipt: Uint8Array
  readonly now: Instant
}

/** What follows from the parts. */
export interface Completed {
  readonly sizeBytes: number
  readonly partCount: number
  readonly locator: Locator
}

export function prepareCompletion(completion: Completion, now: Instant): CompletionWrite {
  const { uploadId, object, condition } = completion
  const { requestHash, answer } = completion.receipt
  const parts = packParts(completion)
  const { bucket, key } = object
  const names = { uploadId, bucket, key, requestHash, completed: now }
  const receipt = draft(receiptIdentity(names), answer ?? null)
  return { uploadId, parts, object, condition, requestHash, receipt, now }
}

function packParts(completion: Completion): Float64Array {
  const packed = new Float64Array(completion.parts.length * 2)
  let last = 0
  for (const [index, { number, revision }] of completion.parts.entries()) {
    assert(number > last, 'the parts of a completion are in ascending order')
    last = number
    packed[index * 2] = number
    packed[index * 2 + 1] = revision
  }
  return packed
}

export function completeUpload(db: Connection, call: CompletionWrite): Completed | Refusal {
  const { bucket, key } = call.object
  const upload = db.get(uploadOf, call.uploadId)
  if (upload === undefined) return { refused: 'upload-missing' }
  if (integer(upload, 'bucket') !== bucket || text(upload, 'key') !== key) {
    return { refused: 'upload-missing' }
  }
  const present = currentRow(db, bucket, key)
  const refusal = refuse(present, call.condition)
  if (refusal !== undefined) return refusal
  const content = integer(upload, 'content')
  const sizeBytes = numberOffsets(db, content, call)
  if (sizeBytes === undefined) return { refused: 'parts-changed' }
  const completed: Completed = {
    sizeBytes,
    partCount: call.parts.length / 2,
    locator: { kind: 'parts', content },
  }
  const record = draftObject({ ...call.object, ...completed }, nullVersion)
  const locator = encodeLocator(completed.locator)
  const { modified } = call.object
  replaceObject(db, present, { bucket, key, modified, locator, record, now: call.now })
  leaveReceipt(db, call)
  db.run('DELETE FROM uploads WHERE content = ?', content)
  return completed
}

/** A part that is not where the parts before it end. */
interface Misplaced {
  readonly number: number
  readonly runs: number
  readonly start: number
}

/** The size of the object; undefined when a listed part is not there, or not in that revision. */
function numberOffsets(db: Connection, content: number, call: CompletionWrite): number | undefined {
  let listed = 0
  let end = 0
  const misplaced: Misplaced[] = []
  for (const row of db.allColumns(headsOf, content)) {
    const number = asInteger(row[0], 'number')
    if (call.parts[listed] !== number) {
      // A part that was uploaded and not listed.
      removePart(db, { content, number, now: call.now })
    } else if (call.parts[listed + 1] === asInteger(row[1], 'revision')) {
      listed += 2
      if (row[2] !== end) misplaced.push({ number, runs: asInteger(row[4], 'runs'), start: end })
      end += asInteger(row[3], 'part_size')
    } else {
      return undefined
    }
  }
  if (listed !== call.parts.length) return undefined
  for (const part of misplaced) placeRuns(db, content, part)
  return end
}

function placeRuns(db: Connection, content: number, part: Misplaced): void {
  let { start } = part
  for (let run = 0; run < part.runs; run++) {
    const row = db.getColumns(place, start, content, run, part.number)
    start += row === undefined ? 0 : asInteger(row[0], 'size')
  }
}

function leaveReceipt(db: Connection, call: CompletionWrite): void {
  const { bucket, key } = call.object
  db.run(insertReceipt, call.uploadId, bucket, key, call.requestHash, call.now, call.receipt)
}

export function getReceipt(db: Connection, uploadId: string): Receipt | undefined {
  const row = db.get(receiptOf, uploadId)
  if (row === undefined) return undefined
  const names = {
    uploadId,
    bucket: integer(row, 'bucket'),
    key: text(row, 'key'),
    requestHash: text(row, 'request_hash'),
    completed: integer(row, 'completed'),
  }
  const sealed = { record: bytes(row, 'record'), identity: receiptIdentity(names), late: '' }
  return { ...names, answer: unseal(sealed) }
}

export function expireReceipts(db: Connection, before: Instant): number {
  return db.run('DELETE FROM receipts WHERE completed < ?', before)
}

function receiptIdentity(receipt: Omit<Receipt, 'answer'>): string {
  const { uploadId, bucket, key, requestHash, completed } = receipt
  return `receipt\0${uploadId}\0${bucket}\0${key}\0${requestHash}\0${completed}`
}
