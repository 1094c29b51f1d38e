/**
 * Proven trailers of large blobs that are read in stretches: the sums of 5 GiB take 640 KiB, which a reader of a few bytes would
 * otherwise read and prove each time. A blob is written once, so what was proven stays true; its blocks are proven at every read.
 */
import type { BlobId } from '../../base/ids.ts'
import { mebibyte } from '../../base/limits.ts'
import type { OpenBlob } from './files-reader.ts'

/** All that is known of a blob but its bytes. */
type Known = Omit<OpenBlob, 'file' | 'content'>

/** Sums of 32 GiB. */
export const keptBytesMax: number = 4 * mebibyte

export class Trailers {
  readonly #kept = new Map<BlobId, Known>()
  #keptBytes = 0

  find(id: BlobId): Known | undefined {
    const found = this.#kept.get(id)
    if (found === undefined) return undefined
    // A map keeps the order in which it was filled: the one that nobody asked for the longest time comes first.
    this.#kept.delete(id)
    this.#kept.set(id, found)
    return found
  }

  /** Forgets for it the ones that were not asked for the longest time. */
  keep({ id, sizeBytes, headerBytes, sums, closing }: Known): void {
    this.forget(id)
    this.#kept.set(id, { id, sizeBytes, headerBytes, sums, closing })
    this.#keptBytes += sums.length
    for (const oldest of this.#kept.keys()) {
      if (this.#keptBytes <= keptBytesMax) return
      this.forget(oldest)
    }
  }

  forget(id: BlobId): void {
    this.#keptBytes -= this.#kept.get(id)?.sums.length ?? 0
    this.#kept.delete(id)
  }
}
