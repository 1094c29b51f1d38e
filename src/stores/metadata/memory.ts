/** Metadata in memory: the same statements and transactions as on disk, in this process and on this thread. */
import { DatabaseSync } from 'node:sqlite'
import type { Clock } from '../../base/clock.ts'
import { systemClock } from '../../base/clock.ts'
import { Connection } from './sql/connection.ts'
import { ImmediateWriter } from './sql/immediate.ts'
import { beginLife } from './sql/schema.ts'
import { SqlMetadata } from './sql/store.ts'
import type { MetadataStore } from './store.ts'

export function openMemoryMetadata(clock: Clock = systemClock): MetadataStore {
  const db = new Connection(new DatabaseSync(':memory:'))
  const writer = new ImmediateWriter(db)
  return new SqlMetadata({
    reader: db,
    writer,
    epoch: beginLife(db),
    clock,
    release: () => undefined,
  })
}
