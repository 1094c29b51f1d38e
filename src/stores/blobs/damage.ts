/** Errors that say something of a blob. Any other says something of this process, such as that it has no descriptor left. */
import { failedWith } from './file-system.ts'
import { BlobCorrupt, BlobMissing } from './store.ts'

export function isDamage(error: unknown): error is Error {
  const isOfBlob = error instanceof BlobMissing || error instanceof BlobCorrupt
  return isOfBlob || failedWith(error, 'EIO')
}
