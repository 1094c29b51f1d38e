/** Metadata in a SQLite file: one writer thread with grouped durable commits, and reads on the calling thread. */
import type { Clock } from '../../base/clock.ts'
import { systemClock } from '../../base/clock.ts'
import type { Histogram, SharedHistogram } from '../../base/histogram.ts'
import { metadataMeters, type MetadataMeters } from './meters.ts'
import { lock, openReader } from './sql/files.ts'
import type { SharedMeters } from './sql/messages.ts'
import { SqlMetadata, type Parts } from './sql/store.ts'
import { ThreadWriter } from './sql/threaded.ts'
import type { MetadataStore } from './store.ts'

export interface SqliteOptions {
  /** The database; SQLite keeps `-wal` and `-shm` beside it, and the lock is `<file>.lock`. The folder must exist. */
  readonly file: string
  readonly clock?: Clock
  /** False: a commit does not wait for the sync of the log, which the next checkpoint does. What a power cut takes is the newest. */
  readonly syncsCommits?: boolean
  /** The writer thread completes an upload in memory first, so that no client waits for code to be compiled. */
  readonly rehearses?: boolean
  /** Its threads count into these. */
  readonly meters?: MetadataMeters
  /** A commit or sync failed: no call resolves any more, and the process must end (decision 9). Without it, it ends here. */
  readonly onFatal?: (error: Error) => void
}

/** Rejects when another process uses the file, or when it is none that this version reads. */
export async function openSqliteMetadata(options: SqliteOptions): Promise<MetadataStore> {
  return new SqlMetadata(await openParts(options))
}

/** What a store over the file consists of, in the process that has it. Rejects as above. */
export async function openParts(options: SqliteOptions): Promise<Parts> {
  const held = lock(`${options.file}.lock`)
  try {
    const { file, syncsCommits = true, rehearses = false, meters = metadataMeters() } = options
    const { writer, epoch } = await ThreadWriter.open(
      { file, syncsCommits, rehearses, meters: shared(meters) },
      options.onFatal ?? endProcess,
    )
    const reader = openReader(file)
    const clock = options.clock ?? systemClock
    return { reader, writer, epoch, clock, release: () => held.release() }
  } catch (error) {
    held.release()
    throw error
  }
}

/** What a thread can be given: the numbers and their bounds, without the class. */
function shared({ groupCalls, groupSeconds, checkpointSeconds }: MetadataMeters): SharedMeters {
  const bare = ({ bounds, cells }: Histogram): SharedHistogram => ({ bounds, cells })
  return {
    groupCalls: bare(groupCalls),
    groupSeconds: bare(groupSeconds),
    checkpointSeconds: bare(checkpointSeconds),
  }
}

/** Outside of every promise, where nobody can catch it. */
function endProcess(error: Error): void {
  setImmediate(() => {
    throw error
  })
}
