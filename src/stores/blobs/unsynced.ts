/** A file system that syncs nothing: for data that may be lost at a power cut, said so by whoever asks for it. */
import type { FileSystem } from './file-system.ts'
import { syncedBy } from './synced-by.ts'

export function unsynced(fileSystem: FileSystem): FileSystem {
  const none = async (): Promise<void> => undefined
  return syncedBy({ file: none, folder: none }, fileSystem)
}
