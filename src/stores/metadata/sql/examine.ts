/** The tables, gone through in the order of their primary keys, so that no index has to be believed. */
import type { BlobId } from '../../../base/ids.ts'
import type {
  ExaminedPage,
  ExaminedTable,
  Flaw,
  MetadataExaminer,
  Owner,
  Reference,
} from '../examiner.ts'
import type { Connection, Row, Value } from './connection.ts'
import { integer } from './connection.ts'
import { blobsNamed } from './examine-blobs.ts'
import { Owners } from './examine-owners.ts'
import { rowChecks, tables, type Seen } from './examine-rows.ts'

/** Rows of one page: a few milliseconds, with the look-ups that each of them takes. */
const rowsAtOnce = 200

export class SqlExaminer implements MetadataExaminer {
  readonly epoch: number
  readonly integrity: MetadataExaminer['integrity']
  readonly #db: Connection
  readonly #owners: Owners

  constructor(db: Connection, integrity: MetadataExaminer['integrity']) {
    this.#db = db
    this.#owners = new Owners(db)
    this.integrity = integrity
    const life = db.get(`SELECT value FROM life WHERE name = 'epoch'`)
    this.epoch = life === undefined ? 0 : integer(life, 'value')
  }

  /** Where SQLite cannot read on, the rest of the table is one flaw. */
  examine(table: ExaminedTable, after: string | undefined): ExaminedPage {
    try {
      return this.#db.snapshot(() => this.#page(table, after))
    } catch (error) {
      if (!(error instanceof Error) || !('errcode' in error)) throw error
      const detail = `table ${table} cannot be read on from ${after ?? 'its beginning'}: ${error.message}`
      const flaws: readonly Flaw[] = [{ kind: 'database', owners: [], detail }]
      return { rows: 0, flaws, references: [], next: undefined }
    }
  }

  owners(blob: BlobId): readonly Owner[] {
    return this.#owners.ofBlob(blob)
  }

  blobs(): Iterable<BlobId> {
    return blobsNamed(this.#db)
  }

  [Symbol.dispose](): void {
    this.#db.close()
  }

  #page(table: ExaminedTable, after: string | undefined): ExaminedPage {
    const { columns, key, first } = tables[table]
    const from = after === undefined ? first : (JSON.parse(after) as Value[])
    const marks = key.map(() => '?').join(', ')
    const names = key.join(', ')
    const sql = `SELECT ${columns} FROM ${table} WHERE (${names}) > (${marks}) ORDER BY ${names} LIMIT ${rowsAtOnce}`
    const rows = this.#db.all(sql, ...from)
    const flaws: Flaw[] = []
    const references: Reference[] = []
    const seen: Seen = { db: this.#db, owners: this.#owners, flaws, references }
    for (const row of rows) checkRow(table, row, seen)
    const last = rows.length < rowsAtOnce ? undefined : rows.at(-1)
    const next = last === undefined ? undefined : JSON.stringify(key.map((name) => last[name]))
    return { rows: rows.length, flaws, references, next }
  }
}

/** Whatever a row makes its reader throw is a flaw of that row; what SQLite throws is one of the table. */
function checkRow(table: ExaminedTable, row: Row, seen: Seen): void {
  try {
    rowChecks[table](row, seen)
  } catch (error) {
    if (!(error instanceof Error) || 'errcode' in error) throw error
    const owner = seen.owners.ofRow(table, row)
    seen.flaws.push({ kind: 'record', owners: owner, detail: error.message })
  }
}
