/** A disk that turns out to be full while a blob is written says the same as one that was known to be: 503, and why. */
import { failedWith } from '../stores/blobs/file-system.ts'
import type { BlobStore } from '../stores/blobs/store.ts'
import type { DiskRoom } from './disk-room.ts'

/** No room, or none for this user. */
const full = ['ENOSPC', 'EDQUOT'] as const

/** `blobs`, whose puts reject with ServiceUnavailable where the disk has no room for them. A sync that fails stays fatal. */
export function sayingFull(blobs: BlobStore, room: Pick<DiskRoom, 'refusal'>): BlobStore {
  return {
    put: async (...put) => {
      try {
        return await blobs.put(...put)
      } catch (error) {
        if (full.some((code) => failedWith(error, code))) throw room.refusal(error)
        throw error
      }
    },
    get: (...asked) => blobs.get(...asked),
    stat: (id) => blobs.stat(id),
    remove: (id) => blobs.remove(id),
    strike: (ids) => blobs.strike(ids),
    list: () => blobs.list(),
    [Symbol.asyncDispose]: () => blobs[Symbol.asyncDispose](),
  }
}
