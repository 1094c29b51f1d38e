/** A file system as it is, but for how it syncs. */
import type { FileSystem, OpenFile } from './file-system.ts'

export interface Syncs {
  file(file: OpenFile): Promise<void>
  folder(path: string): Promise<void>
}

export function syncedBy(syncs: Syncs, fileSystem: FileSystem): FileSystem {
  const { createMany } = fileSystem
  const through = (file: OpenFile): OpenFile => fileSyncedBy(syncs, file)
  return {
    ...(createMany && {
      createMany: async (paths) => (await createMany(paths)).map(through),
    }),
    create: async (path) => through(await fileSystem.create(path)),
    open: (path) => fileSystem.open(path),
    reopen: async (path) => through(await fileSystem.reopen(path)),
    unlink: (path) => fileSystem.unlink(path),
    makeFolder: (path) => fileSystem.makeFolder(path),
    syncFolder: (path) => syncs.folder(path),
    readFolder: (path) => fileSystem.readFolder(path),
  }
}

function fileSyncedBy(syncs: Syncs, file: OpenFile): OpenFile {
  const { writeMany } = file
  return {
    read: (into, position) => file.read(into, position),
    write: (bytes, position) => file.write(bytes, position),
    ...(writeMany && { writeMany: writeMany.bind(file) }),
    sizeBytes: () => file.sizeBytes(),
    syncData: () => syncs.file(file),
    close: () => file.close(),
  }
}
