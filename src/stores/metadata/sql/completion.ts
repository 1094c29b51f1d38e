/**
 * CompleteMultipartUpload: the parts are numbered with their offsets where they lie, and one object row is inserted
 * that points at them. No byte and no part row moves.
 */
import { assert } from '../../../base/assert.ts'
import type { Instant } from '../../../base/clock.ts'
import type { Locator, Receipt } from '../records.ts'
import type { Completion, Refusal } from '../store.ts'
import type { Connection, Row } from './connection.ts'
import { bytes, integer, text } from './connection.ts'
import { encodeLocator } from './locators.ts'
import { draftObject, nullVersion } from './object-rows.ts'
import { currentRow, refuse, replaceObject } from './objects.ts'
import { unlink } from './references.ts'
import { draft, unseal } from './seal.ts'

const uploadOf = 'SELECT content, bucket, key FROM uploads WHERE upload = ?'
const runsOf = `SELECT run, number, revision, size, locator FROM parts
  WHERE content = ? ORDER BY number, run`
const place = 'UPDATE parts SET start = ? WHERE content = ? AND run = ? AND number = ?'
const remove = 'DELETE FROM parts WHERE content = ? AND run = ? AND number = ?'
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

/** The size of the object; undefined when a listed part is not there, or not in that revision. */
function numberOffsets(db: Connection, content: number, call: CompletionWrite): number | undefined {
  let listed = 0
  let offset = 0
  for (const row of db.all(runsOf, content)) {
    const [run, number] = [integer(row, 'run'), integer(row, 'number')]
    const isNext = run === 0 && call.parts[listed] === number
    if (isNext && call.parts[listed + 1] !== integer(row, 'revision')) return undefined
    if (isNext) listed += 2
    if (listed > 0 && call.parts[listed - 2] === number) {
      db.run(place, offset, content, run, number)
      offset += integer(row, 'size')
    } else {
      dropRun(db, { content, run, number, row, now: call.now })
    }
  }
  return listed === call.parts.length ? offset : undefined
}

/** A part that was uploaded and not listed. */
function dropRun(
  db: Connection,
  dropped: { content: number; run: number; number: number; row: Row; now: Instant },
): void {
  db.run(remove, dropped.content, dropped.run, dropped.number)
  unlink(db, bytes(dropped.row, 'locator'), dropped.now)
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
