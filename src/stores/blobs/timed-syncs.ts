/** A file system whose syncs are timed: how long a disk takes for them says how it is. */
import type { Stopwatch } from '../../base/clock.ts'
import type { Histogram } from '../../base/histogram.ts'
import type { FileSystem, OpenFile } from './file-system.ts'
import { syncedBy } from './synced-by.ts'

/** Seconds of each sync that succeeded. */
export interface SyncMeters {
  readonly files: Histogram
  readonly folders: Histogram
}

export function timedSyncs(
  fileSystem: FileSystem,
  meters: SyncMeters,
  stopwatch: Stopwatch,
): FileSystem {
  const timed = async (sync: () => Promise<void>, seconds: Histogram): Promise<void> => {
    const begun = stopwatch()
    await sync()
    seconds.observe(stopwatch() - begun)
  }
  const syncs = {
    file: (file: OpenFile) => timed(() => file.syncData(), meters.files),
    folder: (path: string) => timed(() => fileSystem.syncFolder(path), meters.folders),
  }
  return syncedBy(syncs, fileSystem)
}
