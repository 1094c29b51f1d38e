/** What blobs say of themselves, put back as rows. */
import type { BlobId } from '../../../base/ids.ts'
import type { Instant } from '../../../base/clock.ts'
import type { Completion } from '../completions.ts'
import type { FoundBlob, Gone, OpenedAgain, RebuildOf, Rebuilder, Verdict } from '../rebuilder.ts'
import type { BucketId, Checksum, Locator } from '../records.ts'
import type { NewObject, NewPart } from '../store.ts'
import { isRefusal } from '../store.ts'
import { createBucket, getBucket } from './buckets.ts'
import { getReceipt } from './completion.ts'
import type { Connection } from './connection.ts'
import { integer, text } from './connection.ts'
import { blobsNamed } from './examine-blobs.ts'
import { encodeLocator, isBlob } from './locators.ts'
import { decodeObject, draftObject, nullVersion } from './object-rows.ts'
import { currentRow, replaceObject } from './objects.ts'
import { moveRows } from './packs.ts'
import { decodeHead, headColumns, shownRow } from './part-rows.ts'
import { preparePart, putPart } from './parts.ts'
import { completeAgain } from './rebuild-completed.ts'
import { forgetGone, noteGone, prepareGone } from './rebuild-gone.ts'
import { referenced, unlink } from './references.ts'
import { beginLife, begunEpoch } from './schema.ts'
import { CorruptRecord } from './seal.ts'
import { draftUpload } from './upload-rows.ts'
import { createUpload, getUpload } from './uploads.ts'

const partOf = `SELECT ${headColumns} FROM parts WHERE content = ? AND run = 0 AND number = ?`
const lastOfQueue = 'SELECT coalesce(max(id), 0) AS id FROM reclaim'
/** By bucket and key of objects, by content (negative) and number of parts. */
const places = `CREATE TEMP TABLE kept (scope INTEGER, name TEXT, PRIMARY KEY (scope, name)) STRICT, WITHOUT ROWID`
const opened = 'CREATE TEMP TABLE opened (upload TEXT PRIMARY KEY) STRICT, WITHOUT ROWID'
const openedCount = 'SELECT count(*) AS count FROM opened'
const namesMax = 1000
const spare = `DELETE FROM reclaim WHERE id > ? AND ${isBlob}`
/** SQLite's own default; 4 MiB. */
const logPagesMax = 1000

export class SqlRebuilder implements Rebuilder {
  readonly epoch: number
  readonly buckets: string[] = []
  readonly #db: Connection
  readonly #parts: RebuildOf
  /** Of what is certain in the queue: the snapshot's own, and what moved since. */
  #lastEntry: number

  constructor(db: Connection, parts: RebuildOf) {
    this.#db = db
    this.#parts = parts
    this.epoch = begunEpoch(db)
    beginLife(db)
    db.exec(places)
    db.exec(opened)
    prepareGone(db)
    // Nobody reads beside it: its log need not become as long as all that is put back.
    db.exec(`PRAGMA wal_autocheckpoint = ${logPagesMax}`)
    this.#lastEntry = lastEntry(db)
  }

  known(blobs: readonly BlobId[]): ReadonlySet<BlobId> {
    return referenced(this.#db, blobs)
  }

  named(): Iterable<BlobId> {
    return blobsNamed(this.#db)
  }

  moved(blob: BlobId, was: readonly BlobId[]): void {
    this.#commit(() => {
      for (const from of was) this.#moveFrom(from, blob)
    })
    this.#lastEntry = lastEntry(this.#db)
  }

  /** The old place is given up, as it was when they moved: else it would be put back. A row that cannot be read follows nobody. */
  #moveFrom(from: BlobId, to: BlobId): void {
    try {
      if (!moveRows(this.#db, from, to)) return
    } catch (error) {
      if (!(error instanceof CorruptRecord)) throw error
    }
    const locator = encodeLocator({ kind: 'blob', blob: from, offset: 0 })
    unlink(this.#db, locator, this.#parts.now)
  }

  gone(blob: BlobId): void {
    noteGone(this.#db, blob)
  }

  forget(): Gone {
    return this.#commit(() => forgetGone(this.#db, this.#parts.now))
  }

  keep(found: readonly FoundBlob[]): readonly Verdict[] {
    return this.#commit(() => found.map((one) => this.#keepOne(one)))
  }

  complete(completions: readonly Completion[]): number {
    return this.#commit(() => completions.filter((one) => this.#complete(one)).length)
  }

  uploads(): OpenedAgain {
    const rows = this.#db.all(`SELECT upload FROM opened ORDER BY upload LIMIT ${namesMax}`)
    const count = integer(this.#db.get(openedCount) ?? {}, 'count')
    return { count, ids: rows.map((row) => text(row, 'upload')) }
  }

  finish(lastEpoch: number): void {
    // What was taken for older here may not have been: the orphan sweep sets it aside, where reclaim would have removed it.
    this.#db.run(spare, this.#lastEntry)
    this.#db.run(`UPDATE life SET value = max(value, ?) WHERE name = 'epoch'`, lastEpoch)
    this.#db.get('PRAGMA wal_checkpoint(TRUNCATE)')
  }

  [Symbol.dispose](): void {
    this.#db.close()
  }

  #commit<T>(work: () => T): T {
    this.#db.run('BEGIN IMMEDIATE')
    const result = work()
    this.#db.run('COMMIT')
    return result
  }

  #keepOne(found: FoundBlob): Verdict {
    return found.part === undefined ? this.#keepObject(found) : this.#keepPart(found, found.part)
  }

  /** Blobs come in the order of their ids, so of two of one millisecond the later id wins. */
  #keepObject(found: FoundBlob): Verdict {
    const bucket = this.#bucket(found)
    const { key, created } = found
    const present = currentRow(this.#db, bucket, key)
    if (created < modifiedOf(present, (row) => decodeObject(row, true).modified)) return 'older'
    const record = draftObject(objectOf(found, bucket), nullVersion)
    const locator = encodeLocator(locatorOf(found))
    const { now } = this.#parts
    replaceObject(this.#db, present, { bucket, key, modified: created, locator, record, now })
    return this.#isFirst(bucket, key) ? 'object' : 'older'
  }

  #keepPart(found: FoundBlob, part: NonNullable<FoundBlob['part']>): Verdict {
    const { upload, number } = part
    const content = this.#contentOf(found, upload)
    if (content === undefined) return 'ended'
    const present = this.#db.getColumns(partOf, content, number)
    const modified = modifiedOf(present, (row) => shownRow(decodeHead(row, content)).modified)
    if (found.created < modified) return 'older'
    const write = preparePart(upload.uploadId, partRowOf(found, number), this.#parts.now)
    if (isRefusal(putPart(this.#db, write))) return 'ended'
    return this.#isFirst(-content, String(number)) ? 'part' : 'older'
  }

  #complete(completion: Completion): boolean {
    const isObject = completeAgain(this.#db, completion, this.#parts)
    if (isObject) this.#db.run('DELETE FROM opened WHERE upload = ?', completion.uploadId)
    return isObject
  }

  /** Nothing was put back in this place before: of two that were, one was older. */
  #isFirst(scope: number, name: string): boolean {
    return this.#db.run('INSERT OR IGNORE INTO kept VALUES (?, ?)', scope, name) === 1
  }

  /** Opens the upload again where nobody knows it; undefined where it is known to have ended. */
  #contentOf(
    found: FoundBlob,
    upload: NonNullable<FoundBlob['part']>['upload'],
  ): number | undefined {
    const open = getUpload(this.#db, upload.uploadId)
    if (open !== undefined) return open.content
    if (getReceipt(this.#db, upload.uploadId) !== undefined) return undefined
    const { key, owner, attributes } = found
    const bucket = this.#bucket(found)
    const record = draftUpload({ ...upload, bucket, key, owner, attributes })
    const made = createUpload(this.#db, { uploadId: upload.uploadId, bucket, key, record })
    if (isRefusal(made)) return undefined
    this.#db.run('INSERT INTO opened VALUES (?)', upload.uploadId)
    return made
  }

  #bucket({ bucket: name, created }: FoundBlob): BucketId {
    const present = getBucket(this.#db, name)
    if (present !== undefined) return present.id
    const { owner, region } = this.#parts
    const attributes = { region, configurations: {} }
    const made = createBucket(this.#db, { name, owner: owner(), created, attributes })
    if (isRefusal(made)) throw new Error(`bucket ${name} cannot be made: ${made.refused}`)
    this.buckets.push(name)
    return made.id
  }
}

function lastEntry(db: Connection): number {
  return integer(db.get(lastOfQueue) ?? {}, 'id')
}

/** A row that cannot be read is older than anything that can. */
function modifiedOf<Found>(row: Found | undefined, read: (row: Found) => Instant): Instant {
  if (row === undefined) return -Infinity
  try {
    return read(row)
  } catch (error) {
    if (error instanceof CorruptRecord) return -Infinity
    throw error
  }
}

function locatorOf({ blob }: FoundBlob): Exclude<Locator, { kind: 'parts' }> {
  return { kind: 'blob', blob, offset: 0 }
}

function objectOf(found: FoundBlob, bucket: BucketId): NewObject {
  const { key, owner, sizeBytes, etag, created: modified, seal } = found
  const attributes = { ...found.attributes, checksum: checksumOf(found) }
  const locator = locatorOf(found)
  return { bucket, key, owner, sizeBytes, etag, modified, partCount: 0, locator, seal, attributes }
}

/** One that came with a copy stands among the attributes; any other was computed from all the bytes. */
function checksumOf({ attributes, checksums }: FoundBlob): Checksum | undefined {
  const [computed] = Object.entries(checksums)
  if (attributes.checksum !== undefined || computed === undefined) return attributes.checksum
  const [algorithm, value] = computed
  return { algorithm, type: 'FULL_OBJECT', value }
}

function partRowOf(found: FoundBlob, number: number): NewPart {
  const { sizeBytes, etag, checksums, created: modified, seal } = found
  const runs = [{ sizeBytes, locator: locatorOf(found), seal }]
  return { number, etag, sizeBytes, modified, checksums, runs }
}
