/**
 * Checkpoints are ours (decision 20): the WAL is written back by the clock, between groups of calls and never inside
 * the commit that happened to fill it, and it is kept short under load.
 */
import type { Connection } from './connection.ts'
import { integer } from './connection.ts'

/** How often what the WAL holds is written back: short enough that each time is little work. */
const everyMs = 500
/** A WAL of this many pages is written back at once, so that it can start anew: 32 MiB. */
const pagesMax = 8192
/** Asking how long the WAL is costs little, but not nothing. */
const groupsBetweenLooks = 32

export class Checkpoints {
  readonly #db: Connection
  readonly #timer: NodeJS.Timeout
  #groups = 0
  #isDirty = false

  constructor(db: Connection, onError: (error: unknown) => void) {
    this.#db = db
    this.#timer = setInterval(() => {
      try {
        if (this.#isDirty) this.#writeBack()
      } catch (error) {
        onError(error)
      }
    }, everyMs)
  }

  /** Called between groups. */
  afterGroup(): void {
    this.#isDirty = true
    this.#groups += 1
    if (this.#groups % groupsBetweenLooks === 0 && this.#pagesLeft() > pagesMax) this.#writeBack()
  }

  /** Everything into the database file, and an empty WAL. */
  finish(): void {
    clearInterval(this.#timer)
    this.#db.get('PRAGMA wal_checkpoint(TRUNCATE)')
  }

  stop(): void {
    clearInterval(this.#timer)
  }

  #writeBack(): void {
    this.#db.get('PRAGMA wal_checkpoint(PASSIVE)')
    this.#isDirty = this.#pagesLeft() > 0
  }

  /** Where SQLite does not know NOOP yet (before 3.51), it is a passive checkpoint. */
  #pagesLeft(): number {
    const row = this.#db.get('PRAGMA wal_checkpoint(NOOP)')
    return row === undefined ? 0 : integer(row, 'log') - integer(row, 'checkpointed')
  }
}
