/**
 * Looking through the whole of the metadata, row by row, beside whoever else uses it: for scrub, verify and backup. Nothing is
 * changed. A page is one moment of the database, so what belongs together is seen together.
 */
import { DatabaseSync } from 'node:sqlite'
import type { BlobId } from '../../base/ids.ts'
import { openReader } from './sql/files.ts'
import { SqlExaminer } from './sql/examine.ts'
import { checkIntegrity } from './sql/integrity-check.ts'
import { schemaVersion } from './sql/schema.ts'

/** In this order: whoever goes through them has seen a row before the bytes that it names. */
export const examinedTables = [
  'buckets',
  'objects',
  'versions',
  'uploads',
  'parts',
  'receipts',
  'small',
  'reclaim',
] as const
export type ExaminedTable = (typeof examinedTables)[number]

/** Whose bytes or whose row: as a client would name it. */
export interface Owner {
  readonly bucket: string
  readonly key?: string
  readonly versionId?: string
  readonly uploadId?: string
  readonly partNumber?: number
}

export interface Flaw {
  /**
   * - `record`: a row is not what was written; `bytes`: small bytes are damaged or gone; `sizes`: rows contradict each other;
   * - `index`: a row is not found by the index that reclaim asks; `database`: SQLite itself finds its file damaged.
   */
  readonly kind: 'record' | 'bytes' | 'sizes' | 'index' | 'database'
  readonly owners: readonly Owner[]
  readonly detail: string
}

/** A row names a blob, which must have so many bytes at least. */
export interface Reference {
  readonly blob: BlobId
  readonly bytesMin: number
  readonly owner: Owner
  /** The row still says so: asked when the blob is not there, for the row may have gone first. */
  readonly stands: () => boolean
}

export interface ExaminedPage {
  readonly rows: number
  readonly flaws: readonly Flaw[]
  readonly references: readonly Reference[]
  /** Where the next page begins; undefined at the end of the table. */
  readonly next: string | undefined
}

export interface MetadataExaminer extends Disposable {
  /** The life that had begun last when this was opened: blobs of that epoch, and of those after it, may still be on their way. */
  readonly epoch: number
  /** Rows after `after`, a `next` of an earlier page. Synchronous and short. Damage is an answer; only a defect is thrown. */
  examine(table: ExaminedTable, after: string | undefined): ExaminedPage
  /** Everything that names a byte of this blob, the first few of them. */
  owners(blob: BlobId): readonly Owner[]
  /** Every blob that an object, version or part names, in order, each once. The queue of reclaim does not count. */
  blobs(): Iterable<BlobId>
  /** SQLite's own check, on a thread of its own, one table after the other; `full` compares every index with its table too. */
  integrity(full: boolean): Promise<readonly string[]>
}

/** The file must exist and have been written by this version. */
export function openExaminer(file: string): MetadataExaminer {
  const db = openReader(file)
  try {
    return new SqlExaminer(db, (full) => checkIntegrity(file, full))
  } catch (error) {
    db.close()
    throw error
  }
}

/** Undefined when the file is no database of this program, else the version of its tables. */
export function foundSchema(file: string): number | undefined {
  const database = new DatabaseSync(file, { readOnly: true })
  try {
    const row = database.prepare(`SELECT value FROM life WHERE name = 'schema'`).get()
    return typeof row?.['value'] === 'number' ? row['value'] : undefined
  } catch {
    return undefined
  } finally {
    database.close()
  }
}

export const knownSchema: number = schemaVersion
