/** Snapshots of the metadata beside the requests, on a runner of its own so that nothing waits for it. */
import { statfs } from 'node:fs/promises'
import { join } from 'node:path'
import type { Clock } from '../base/clock.ts'
import { Runner } from '../jobs/runner.ts'
import { SnapshotJob } from '../jobs/snapshot.ts'
import type { Log } from '../observe/log.ts'
import {
  Changes,
  pruneSnapshots,
  sizeOf,
  snapshotsIn,
  takeSnapshot,
} from '../stores/metadata/snapshots.ts'

/** Between two looks whether one is due. */
const roundMsMax = 5000

export interface SnapshotStart {
  readonly data: string
  readonly clock: Clock
  readonly log: Log
  /** 0 never. */
  readonly everyMs: number
  /** Room on the disk that is left to the metadata itself. */
  readonly reserveBytes: number
}

/** Where the snapshots of a data folder lie. */
export function snapshotFolder(data: string): string {
  return join(data, 'snapshots')
}

/** The stores of `data` are open. */
export function startSnapshots(start: SnapshotStart): AsyncDisposable {
  const { data, clock, log, everyMs, reserveBytes } = start
  if (everyMs === 0) return { [Symbol.asyncDispose]: async () => undefined }
  const file = join(data, 'metadata.sqlite')
  const folder = snapshotFolder(data)
  const changes = new Changes(file)
  const stop = new AbortController()
  const job = new SnapshotJob({
    version: () => changes.version(),
    newest: async () => (await snapshotsIn(folder))[0]?.taken,
    lacking: async () => {
      const { bavail, bsize } = await statfs(data)
      return Math.max(0, (await sizeOf(file)) + reserveBytes - bavail * bsize)
    },
    take: () => takeSnapshot({ file, folder, now: clock.now(), signal: stop.signal }),
    prune: (kept) => pruneSnapshots(folder, kept),
    clock,
    log,
    everyMs,
  })
  const onError = (_: unknown, error: unknown): void => {
    if (stop.signal.aborted) return
    log.error({ job: job.name, err: error }, 'a job failed; it is tried again')
  }
  const runner = new Runner({
    clock,
    jobs: [job],
    everyMs: Math.min(roundMsMax, everyMs),
    onError,
  })
  return {
    [Symbol.asyncDispose]: async () => {
      stop.abort()
      await runner[Symbol.asyncDispose]()
      changes[Symbol.dispose]()
    },
  }
}
