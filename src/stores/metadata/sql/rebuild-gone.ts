/**
 * Rows of a snapshot whose bytes are gone. Reclaim removes bytes only when no row names them any more, so most of these rows were
 * deleted or replaced after the snapshot; which of them were not, nobody can tell, so all of them are named.
 */
import type { Instant } from '../../../base/clock.ts'
import type { BlobId } from '../../../base/ids.ts'
import type { Owner } from '../examiner.ts'
import type { Gone } from '../rebuilder.ts'
import type { Connection, Row } from './connection.ts'
import { integer, text } from './connection.ts'
import { Owners } from './examine-owners.ts'
import { blobNamed, encodeLocator, isBlob, offsetBytes } from './locators.ts'
import { removePart } from './parts.ts'
import { unlink } from './references.ts'
import { abortUpload } from './uploads.ts'

const namesMax = 1000

const gone = 'CREATE TEMP TABLE gone (blob BLOB PRIMARY KEY) STRICT, WITHOUT ROWID'
const isGone = `${isBlob} AND ${blobNamed} IN (SELECT blob FROM gone)`
const partsOfUploads = `CREATE TEMP TABLE gone_parts AS SELECT DISTINCT content, number FROM parts
  WHERE ${isGone} AND content IN (SELECT content FROM uploads)`
/** Small runs may be left; without the others they are no object. */
const contents = `CREATE TEMP TABLE gone_contents AS SELECT content FROM parts WHERE content NOT IN (SELECT content FROM uploads)
  GROUP BY content HAVING sum(${isBlob}) > 0 AND sum(${isBlob}) = sum(${isGone})`
const emptied = `SELECT upload FROM uploads WHERE content = ?1
  AND NOT EXISTS (SELECT 1 FROM parts WHERE content = ?1)`

/** Room for what `noteGone` is told: SQLite keeps temporary tables in a file, so their number costs no memory. */
export function prepareGone(db: Connection): void {
  db.exec(gone)
}

/** Once for each blob. */
export function noteGone(db: Connection, blob: BlobId): void {
  const locator = encodeLocator({ kind: 'blob', blob, offset: 0 })
  db.run('INSERT INTO gone VALUES (?)', locator.slice(1, -offsetBytes))
}

/** Of all that were noted. Rows are gathered before the first of them goes: a table is not changed while it is gone through. */
export function forgetGone(db: Connection, now: Instant): Gone {
  const forgetting = new Forgetting(db, now)
  for (const table of ['objects', 'versions'] as const) forgetting.rows(table)
  db.exec(partsOfUploads)
  for (const row of db.each('SELECT content, number FROM gone_parts')) forgetting.part(row)
  db.exec(contents)
  for (const row of db.each('SELECT content FROM gone_contents'))
    forgetting.content(integer(row, 'content'))
  return forgetting
}

class Forgetting implements Gone {
  objects = 0
  parts = 0
  readonly names: Owner[] = []
  readonly #db: Connection
  readonly #now: Instant
  readonly #owners: Owners

  constructor(db: Connection, now: Instant) {
    this.#db = db
    this.#now = now
    this.#owners = new Owners(db)
  }

  /** Objects in one piece. */
  rows(table: 'objects' | 'versions'): void {
    const named = `SELECT bucket, key, version FROM ${table} WHERE ${isGone} LIMIT ${namesMax}`
    this.#name(this.#db.all(named).map((row) => this.#owners.object(row)))
    this.objects += this.#db.run(`DELETE FROM ${table} WHERE ${isGone}`)
  }

  /** Of an open upload, which goes with the last of its parts: it had ended. */
  part(row: Row): void {
    const content = integer(row, 'content')
    const number = integer(row, 'number')
    this.#name(this.#owners.ofContent(content, number))
    removePart(this.#db, { content, number, now: this.#now })
    this.parts += 1
    const ended = this.#db.get(emptied, content)
    if (ended === undefined) return
    abortUpload(this.#db, { uploadId: text(ended, 'upload'), now: this.#now })
  }

  /** Objects that were uploaded in parts. */
  content(content: number): void {
    const locator = encodeLocator({ kind: 'parts', content })
    this.#name(this.#owners.ofContent(content))
    let found = 0
    for (const table of ['objects', 'versions'])
      found += this.#db.run(`DELETE FROM ${table} WHERE locator = ?`, locator)
    this.objects += found
    if (found > 0) unlink(this.#db, locator, this.#now)
  }

  #name(owners: readonly Owner[]): void {
    this.names.push(...owners.slice(0, namesMax - this.names.length))
  }
}
