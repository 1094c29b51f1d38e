/** Parts: written under the content number of their upload, so that completing it moves none of them. */
import type { Instant } from '../../../base/clock.ts'
import type { ByteRange } from '../../blobs/store.ts'
import type { PartRow, Run } from '../records.ts'
import type { NewPart, Refusal } from '../store.ts'
import type { Connection } from './connection.ts'
import { asInteger, bytes, integer } from './connection.ts'
import { place } from './locators.ts'
import { partsAfter } from './part-pages.ts'
import type { RunWrite, ShownPart } from './part-rows.ts'
import { decodeRun, draftRuns, lateColumns, partColumns, shownRow } from './part-rows.ts'
import { isUsable, unlink } from './references.ts'
import { CorruptRecord, seal } from './seal.ts'

const open =
  'UPDATE uploads SET revision = revision + 1 WHERE upload = ? RETURNING content, revision'
const insert = `INSERT INTO parts (${partColumns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`
const runCount = 'SELECT runs FROM parts WHERE content = ? AND run = 0 AND number = ?'
const remove = 'DELETE FROM parts WHERE content = ? AND run = ? AND number = ? RETURNING locator'
const contentOf = 'SELECT content FROM uploads WHERE upload = ?'
const upTo = `SELECT ${partColumns} FROM parts
  WHERE content = ? AND start <= ? AND size > 0 ORDER BY start DESC LIMIT 2`
const beyond = `SELECT ${partColumns} FROM parts
  WHERE content = ? AND start > ? AND start < ? AND size > 0 ORDER BY start LIMIT ?`

export interface PartWrite {
  readonly uploadId: string
  readonly number: number
  readonly partSize: number
  readonly runs: readonly RunWrite[]
  readonly now: Instant
}

/** On the calling thread: everything that can be done before the transaction. */
export function preparePart(uploadId: string, part: NewPart, now: Instant): PartWrite {
  const { number, sizeBytes: partSize } = part
  return { uploadId, number, partSize, runs: draftRuns(part), now }
}

/** The answer is the revision of the part. */
export function putPart(db: Connection, call: PartWrite): number | Refusal {
  const upload = db.get(open, call.uploadId)
  if (upload === undefined) return { refused: 'upload-missing' }
  const content = integer(upload, 'content')
  const revision = integer(upload, 'revision')
  removePart(db, { content, number: call.number, now: call.now })
  let start = likelyStart(call)
  for (const [run, write] of call.runs.entries()) {
    const locator = place(db, write.placement)
    if (locator === write.placement && !isUsable(db, locator)) return { refused: 'bytes-missing' }
    const record = seal(write.record, lateColumns(content, revision), locator)
    const at = [run, call.number, revision, start]
    const counts = [write.size, call.runs.length, call.partSize]
    db.run(insert, content, ...at, ...counts, locator, record)
    start += write.size
  }
  return revision
}

/** As a rule all parts but the last have one size, and every number is used: then Complete finds each where it belongs. */
function likelyStart({ number, partSize }: PartWrite): number {
  return (number - 1) * partSize
}

/** Inside a transaction: the bytes of this part go to reclaim. */
export function removePart(
  db: Connection,
  part: { content: number; number: number; now: Instant },
): void {
  const head = db.get(runCount, part.content, part.number)
  const runs = head === undefined ? 0 : integer(head, 'runs')
  for (let run = 0; run < runs; run++) {
    const row = db.get(remove, part.content, run, part.number)
    if (row !== undefined) unlink(db, bytes(row, 'locator'), part.now)
  }
}

export function listParts(
  db: Connection,
  ...[uploadId, after, max]: [uploadId: string, after: number, max: number]
): { parts: readonly PartRow[]; truncated: boolean } {
  const upload = db.get(contentOf, uploadId)
  if (upload === undefined) return { parts: [], truncated: false }
  const content = integer(upload, 'content')
  return pageOf(partsAfter(db, content, after, max + 1), max, shownRow)
}

export function objectParts(
  db: Connection,
  ...[content, after, max]: [content: number, after: number, max: number]
): { parts: ReadonlyArray<PartRow & { readonly offset: number }>; truncated: boolean } {
  const rows = partsAfter(db, content, after, max + 1)
  return pageOf(rows, max, (row) => ({ ...shownRow(row), offset: asInteger(row[2], 'start') }))
}

/** More than a part has runs: number and run as one number, in the order in which the bytes follow each other. */
const placesOfNumber = 2 ** 32

/**
 * The offsets are no part of the records, for they are set at Complete; that they leave neither gap nor overlap, and go
 * in the order of the parts, proves them instead. Throws CorruptRecord.
 */
export function objectRuns(
  db: Connection,
  ...[content, { offset, lengthBytes }, max]: [content: number, range: ByteRange, max: number]
): ReadonlyArray<Run & { readonly start: number }> {
  const [first, before, rest] = db.snapshot(() => {
    const [first, before] = db.all(upTo, content, offset)
    return [first, before, db.all(beyond, content, offset, offset + lengthBytes, max)] as const
  })
  if (first === undefined) return []
  const rows = before === undefined ? [first, ...rest] : [before, first, ...rest]
  let end = before === undefined ? 0 : integer(before, 'start')
  let place = -1
  for (const row of rows) {
    const next = integer(row, 'number') * placesOfNumber + integer(row, 'run')
    if (integer(row, 'start') !== end || next <= place)
      throw new CorruptRecord(`content ${content}: runs do not meet at ${end}`)
    end += integer(row, 'size')
    place = next
  }
  const isInside = offset < integer(first, 'start') + integer(first, 'size')
  return isInside ? [first, ...rest].slice(0, max).map(decodeRun) : []
}

function pageOf<Part>(
  rows: readonly ShownPart[],
  max: number,
  decode: (row: ShownPart) => Part,
): { parts: readonly Part[]; truncated: boolean } {
  return { parts: rows.slice(0, max).map(decode), truncated: max > 0 && rows.length > max }
}
