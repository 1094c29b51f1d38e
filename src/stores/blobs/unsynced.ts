/** A file system that syncs nothing: for data that may be lost at a power cut, said so by whoever asks for it. */
import type { FileSystem, OpenFile } from './file-system.ts'

export function unsynced(fileSystem: FileSystem): FileSystem {
  const { createMany } = fileSystem
  return {
    ...(createMany && {
      createMany: async (paths) => (await createMany(paths)).map(unsyncedFile),
    }),
    create: async (path) => unsyncedFile(await fileSystem.create(path)),
    open: (path) => fileSystem.open(path),
    reopen: async (path) => unsyncedFile(await fileSystem.reopen(path)),
    unlink: (path) => fileSystem.unlink(path),
    makeFolder: (path) => fileSystem.makeFolder(path),
    syncFolder: async () => undefined,
    readFolder: (path) => fileSystem.readFolder(path),
  }
}

function unsyncedFile(file: OpenFile): OpenFile {
  const { writeMany } = file
  return {
    read: (into, position) => file.read(into, position),
    write: (bytes, position) => file.write(bytes, position),
    ...(writeMany && { writeMany: writeMany.bind(file) }),
    sizeBytes: () => file.sizeBytes(),
    syncData: async () => undefined,
    close: () => file.close(),
  }
}
