/** The real file system, each of whose calls goes through somebody's hands: to be counted, to fail, never to be answered. */
import {
  nodeFileSystem,
  type FileSystem,
  type OpenFile,
} from '../../src/stores/blobs/file-system.ts'

/** Does the work and gives its outcome, or does not. */
export type Around = <T>(name: string, work: () => Promise<T>) => Promise<T>

export function callsThrough(around: Around, files: FileSystem = nodeFileSystem): FileSystem {
  const opened = (file: OpenFile): OpenFile => ({
    read: (into, position) => around('read', () => file.read(into, position)),
    write: (bytes, position) => around('write', () => file.write(bytes, position)),
    sizeBytes: () => file.sizeBytes(),
    syncData: () => around('syncData', () => file.syncData()),
    // Whatever becomes of the call, its descriptor is not lost.
    close: async () => {
      await file.close()
      await around('close', async () => undefined)
    },
  })
  const create = async (path: string): Promise<OpenFile> =>
    opened(await around('create', () => files.create(path)))
  return {
    create,
    createMany: (paths) => allOrNone(paths, create, files),
    open: async (path) => opened(await around('open', async () => files.open(path))),
    reopen: async (path) => opened(await around('reopen', () => files.reopen(path))),
    unlink: (path) => around('unlink', () => files.unlink(path)),
    makeFolder: (path) => around('makeFolder', () => files.makeFolder(path)),
    syncFolder: (path) => around('syncFolder', () => files.syncFolder(path)),
    readFolder: (path) => around('readFolder', () => files.readFolder(path)),
  }
}

/** The same files; `seen` may stand before what is done with each. */
export function filesSeen(seen: (file: OpenFile) => OpenFile): FileSystem {
  return {
    ...nodeFileSystem,
    create: async (path) => seen(await nodeFileSystem.create(path)),
    open: async (path) => seen(await nodeFileSystem.open(path)),
    reopen: async (path) => seen(await nodeFileSystem.reopen(path)),
  }
}

/** One after the other, as the thread that makes them does. */
async function allOrNone(
  paths: readonly string[],
  create: FileSystem['create'],
  files: FileSystem,
): Promise<readonly OpenFile[]> {
  const made: OpenFile[] = []
  try {
    for (const path of paths) made.push(await create(path))
    return made
  } catch (error) {
    await Promise.allSettled(made.map((file) => file.close()))
    await Promise.allSettled(paths.slice(0, made.length).map((path) => files.unlink(path)))
    throw error
  }
}
