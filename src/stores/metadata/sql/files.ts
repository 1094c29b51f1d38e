/** The database file: how each connection to it is set up, and the lock that keeps a second process out. */
import { DatabaseSync } from 'node:sqlite'
import { Connection } from './connection.ts'

const pageBytes = 4096
/**
 * A commit in which a page of spread keys was split makes SQLite look through all pages of the cache, as long as the database is shorter than
 * a gibibyte (docs/decisions/performance.md): what four times as many would save in reads they cost there.
 */
const writerCacheKibibytes = 8 * 1024
const readerCacheKibibytes = 16 * 1024
/** What a WAL that grew beyond it in a burst is cut back to when it starts anew. */
const walBytesKept = 128 * 1024 * 1024
/** Only the beginning and the end of a life can be in the way of a connection, and only for moments. */
const busyMs = 10_000

/** Resolved commits are durable: FULL syncs the WAL in every commit. Checkpoints are ours (sql/checkpoints.ts). */
export function openWriter(file: string): Connection {
  const db = new Connection(new DatabaseSync(file, { timeout: busyMs }))
  db.exec(`PRAGMA page_size = ${pageBytes}`)
  db.exec('PRAGMA journal_mode = WAL')
  db.exec('PRAGMA synchronous = FULL')
  db.exec('PRAGMA wal_autocheckpoint = 0')
  db.exec(`PRAGMA journal_size_limit = ${walBytesKept}`)
  db.exec(`PRAGMA cache_size = -${writerCacheKibibytes}`)
  db.exec('PRAGMA cell_size_check = ON')
  return db
}

/** The connection that opens a life: it leaves an empty log. */
export function openFirst(file: string): Connection {
  const db = openWriter(file)
  // Where the life before ended in a failed sync, pages of its log may be in memory and not on the disk, though the kernel
  // takes them for clean. Written once more into the database, and the log begun anew, nothing later can stand on them.
  db.exec('PRAGMA wal_checkpoint(TRUNCATE)')
  return db
}

export function openReader(file: string): Connection {
  const db = new Connection(new DatabaseSync(file, { readOnly: true, timeout: busyMs }))
  db.exec(`PRAGMA cache_size = -${readerCacheKibibytes}`)
  db.exec('PRAGMA cell_size_check = ON')
  return db
}

export interface Lock {
  release(): void
}

/**
 * Held until released or until the process ends, however it ends. It is SQLite's own lock on a file of its own: the
 * database itself must stay open for the readers of this process.
 */
export function lock(file: string): Lock {
  const database = new DatabaseSync(file, { timeout: 0 })
  try {
    database.exec('BEGIN EXCLUSIVE')
  } catch (cause) {
    database.close()
    throw new Error(`another ashlar process uses this data folder (${file} is locked)`, { cause })
  }
  return { release: () => database.close() }
}
