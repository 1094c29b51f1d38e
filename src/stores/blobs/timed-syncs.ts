/** A file system whose syncs are timed: how long a disk takes for them says how it is. */
import type { Stopwatch } from '../../base/clock.ts'
import type { Histogram } from '../../base/histogram.ts'
import type { FileSystem, OpenFile } from './file-system.ts'

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
  const timedFile = (file: OpenFile): OpenFile => {
    const { writeMany } = file
    return {
      read: (into, position) => file.read(into, position),
      write: (bytes, position) => file.write(bytes, position),
      ...(writeMany && { writeMany: writeMany.bind(file) }),
      sizeBytes: () => file.sizeBytes(),
      syncData: () => timed(() => file.syncData(), meters.files),
      close: () => file.close(),
    }
  }
  const { createMany } = fileSystem
  return {
    ...(createMany && {
      createMany: async (paths) => (await createMany(paths)).map(timedFile),
    }),
    create: async (path) => timedFile(await fileSystem.create(path)),
    open: (path) => fileSystem.open(path),
    reopen: async (path) => timedFile(await fileSystem.reopen(path)),
    unlink: (path) => fileSystem.unlink(path),
    makeFolder: (path) => fileSystem.makeFolder(path),
    syncFolder: (path) => timed(() => fileSystem.syncFolder(path), meters.folders),
    readFolder: (path) => fileSystem.readFolder(path),
  }
}
