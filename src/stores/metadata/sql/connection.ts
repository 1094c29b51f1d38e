/** One connection to the database with its prepared statements, each prepared once. Not shared between threads. */
import type { DatabaseSync, SQLOutputValue, StatementSync } from 'node:sqlite'

export type Row = Record<string, SQLOutputValue>
/** A row's columns in the order of the statement: half the cost of a Row, for pages of them. */
export type Columns = readonly SQLOutputValue[]
/** Undefined beyond the end of a row. */
export type Column = SQLOutputValue | undefined
export type Value = null | number | string | Uint8Array

export class Connection {
  readonly #database: DatabaseSync
  readonly #statements = new Map<string, StatementSync>()
  /** Those whose rows are lists of columns. */
  readonly #listing = new Map<string, StatementSync>()

  constructor(database: DatabaseSync) {
    this.#database = database
  }

  get(sql: string, ...values: Value[]): Row | undefined {
    return this.#statement(sql).get(...values)
  }

  all(sql: string, ...values: Value[]): Row[] {
    return this.#statement(sql).all(...values)
  }

  getColumns(sql: string, ...values: Value[]): Columns | undefined {
    return this.#listed(sql).get(...values) as unknown as Columns | undefined
  }

  allColumns(sql: string, ...values: Value[]): Columns[] {
    return this.#listed(sql).all(...values) as unknown as Columns[]
  }

  eachColumns(sql: string, ...values: Value[]): Iterable<Columns> {
    return this.#listed(sql).iterate(...values) as unknown as Iterable<Columns>
  }

  /** Rows as they are stepped to: leaving the loop leaves the rest unread. */
  each(sql: string, ...values: Value[]): Iterable<Row> {
    return this.#statement(sql).iterate(...values)
  }

  /** Number of rows changed. */
  run(sql: string, ...values: Value[]): number {
    return Number(this.#statement(sql).run(...values).changes)
  }

  /** Rowid of the row inserted. */
  insert(sql: string, ...values: Value[]): number {
    return Number(this.#statement(sql).run(...values).lastInsertRowid)
  }

  exec(sql: string): void {
    this.#database.exec(sql)
  }

  /** What `read` sees is one moment. It is synchronous: no snapshot outlives a turn of the event loop, so none pins the WAL. */
  snapshot<T>(read: () => T): T {
    this.run('BEGIN')
    try {
      return read()
    } finally {
      this.run('COMMIT')
    }
  }

  close(): void {
    this.#statements.clear()
    this.#listing.clear()
    this.#database.close()
  }

  #listed(sql: string): StatementSync {
    const known = this.#listing.get(sql)
    if (known !== undefined) return known
    const prepared = this.#database.prepare(sql)
    prepared.setReturnArrays(true)
    this.#listing.set(sql, prepared)
    return prepared
  }

  #statement(sql: string): StatementSync {
    const known = this.#statements.get(sql)
    if (known !== undefined) return known
    const prepared = this.#database.prepare(sql)
    this.#statements.set(sql, prepared)
    return prepared
  }
}

export function integer(row: Row, column: string): number {
  return asInteger(row[column], column)
}

export function text(row: Row, column: string): string {
  return asText(row[column], column)
}

export function bytes(row: Row, column: string): Uint8Array {
  return asBytes(row[column], column)
}

export function asInteger(value: SQLOutputValue | undefined, column: string): number {
  if (typeof value === 'number') return value
  throw new TypeError(`column ${column} holds ${typeof value}, not an integer`)
}

export function asText(value: SQLOutputValue | undefined, column: string): string {
  if (typeof value === 'string') return value
  throw new TypeError(`column ${column} holds ${typeof value}, not text`)
}

export function asBytes(value: SQLOutputValue | undefined, column: string): Uint8Array {
  if (value instanceof Uint8Array) return value
  throw new TypeError(`column ${column} holds ${typeof value}, not bytes`)
}
