/**
 * Metadata in a SQLite file that several processes read and one writes: the first process has the file and its writer thread;
 * the others read it over a connection of their own and hand their transactions to the first.
 */
import type { Clock } from '../../base/clock.ts'
import { BucketCache } from './sql/bucket-cache.ts'
import { openReader } from './sql/files.ts'
import { SharedWriter } from './sql/shared-writer.ts'
import { SqlMetadata } from './sql/store.ts'
import type { Writer } from './sql/transactions.ts'
import { openParts, type SqliteOptions } from './sqlite.ts'
import type { MetadataStore } from './store.ts'

export interface SharedMetadata {
  readonly metadata: MetadataStore
  /** All writes, those of other processes too, go through it. */
  readonly writer: SharedWriter
}

/** In the process that has the file. Rejects as `openSqliteMetadata`. */
export async function openSharedMetadata(options: SqliteOptions): Promise<SharedMetadata> {
  const parts = await openParts(options)
  const writer = new SharedWriter(parts.writer)
  const buckets = new BucketCache()
  writer.join({
    changing: async () => buckets.changing(),
    changed: () => buckets.changed(),
  })
  return { metadata: new SqlMetadata({ ...parts, writer, buckets }), writer }
}

export interface JoinedParts {
  readonly file: string
  /** Taken for this process. */
  readonly epoch: number
  /** Hands transactions to the process that writes. */
  readonly writer: Writer
  /** Told of every change of a bucket before it is made. */
  readonly buckets: BucketCache
  readonly clock: Clock
}

/** In a process beside the one that has the file. */
export function joinMetadata({ file, ...parts }: JoinedParts): MetadataStore {
  return new SqlMetadata({ ...parts, reader: openReader(file), release: () => undefined })
}
