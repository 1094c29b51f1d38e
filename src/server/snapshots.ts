/** Snapshots of the metadata beside the requests, on a runner of its own so that nothing waits for it. */
import { mkdirSync } from 'node:fs'
import { statfs } from 'node:fs/promises'
import { join } from 'node:path'
import type { Clock, Instant } from '../base/clock.ts'
import { CompletionsJob } from '../jobs/completions.ts'
import type { Job } from '../jobs/job.ts'
import { Runner } from '../jobs/runner.ts'
import { SnapshotJob } from '../jobs/snapshot.ts'
import type { Log } from '../observe/log.ts'
import { Completions, keepCompletions } from '../stores/metadata/completions.ts'
import {
  Changes,
  pruneSnapshots,
  sizeOf,
  snapshotsIn,
  takeSnapshot,
} from '../stores/metadata/snapshots.ts'
import type { JobFailures } from './job-failures.ts'

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
  readonly failures: JobFailures
}

/** Where the snapshots of a data folder lie. */
export function snapshotFolder(data: string): string {
  return join(data, 'snapshots')
}

/** The stores of `data` are open. */
export function startSnapshots(start: SnapshotStart): AsyncDisposable {
  const { data, clock, log, everyMs, reserveBytes, failures } = start
  if (everyMs === 0) return { [Symbol.asyncDispose]: async () => undefined }
  const file = join(data, 'metadata.sqlite')
  const folder = snapshotFolder(data)
  const changes = new Changes(file)
  const completions = new Completions(file)
  const newest = async (): Promise<Instant | undefined> => (await snapshotsIn(folder))[0]?.taken
  const stop = new AbortController()
  const job = new SnapshotJob({
    version: () => changes.version(),
    newest,
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
  const notes = new CompletionsJob({
    since: (moment, max) => completions.since(moment, max),
    keep: async (found, now) => {
      mkdirSync(folder, { recursive: true, mode: 0o700 })
      await keepCompletions(folder, found, now)
    },
    newest,
    clock,
  })
  const onError = (failed: Job, error: unknown): void => {
    if (!stop.signal.aborted) failures.onError(failed, error)
  }
  const jobs = [notes, job]
  failures.begin(jobs)
  const runner = new Runner({ clock, jobs, everyMs: Math.min(roundMsMax, everyMs), onError })
  return {
    [Symbol.asyncDispose]: async () => {
      stop.abort()
      await runner[Symbol.asyncDispose]()
      changes[Symbol.dispose]()
      completions[Symbol.dispose]()
    },
  }
}
