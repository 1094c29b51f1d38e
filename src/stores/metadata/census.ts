/**
 * How much of what there is in the metadata, as far as it can be told at once: nothing here takes longer for more objects, and
 * what is counted is counted up to a bound. On a connection of its own, beside whoever else reads.
 */
import type { Instant } from '../../base/clock.ts'
import { integer, type Connection } from './sql/connection.ts'
import { openReader } from './sql/files.ts'
import { waitingForFile } from './sql/references.ts'

/** Rows that are counted of each kind, at most: half a millisecond for all of them. */
export const countMax = 10_000

export interface Counted {
  readonly buckets: number
  readonly openUploads: number
  /** Entries of the queue of reclaim, but for blobs that wait for the pack in which they lie. */
  readonly reclaim: number
  /** When the oldest of them was unlinked; undefined when there is none. */
  readonly reclaimSince: Instant | undefined
}

export interface Census extends Disposable {
  count(): Counted
}

/** The file must exist and have been written by this version. */
export function openCensus(file: string): Census {
  const db = openReader(file)
  return {
    count: () => ({
      buckets: countOf(db, 'buckets'),
      openUploads: countOf(db, 'uploads'),
      reclaim: countOf(db, `reclaim WHERE unlinked < ${waitingForFile}`),
      reclaimSince: oldestOf(db),
    }),
    [Symbol.dispose]: () => db.close(),
  }
}

function countOf(db: Connection, table: string): number {
  const row = db.get(`SELECT count(*) AS n FROM (SELECT 1 FROM ${table} LIMIT ${countMax})`)
  return row === undefined ? 0 : integer(row, 'n')
}

function oldestOf(db: Connection): Instant | undefined {
  const row = db.get(
    `SELECT unlinked FROM reclaim WHERE unlinked < ${waitingForFile} ORDER BY unlinked LIMIT 1`,
  )
  return row === undefined ? undefined : integer(row, 'unlinked')
}
