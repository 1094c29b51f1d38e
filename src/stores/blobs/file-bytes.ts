/** Bytes of a blob file that somebody may read, in one piece or as a stream; it is opened for whoever does. */
import type { BlobId } from '../../base/ids.ts'
import type { BlockSums } from './block-checksum.ts'
import type { BlobBytes, ByteRange } from './store.ts'

export interface Get {
  readonly id: BlobId
  readonly range: ByteRange
  /** Undefined where the reader's bytes prove themselves. */
  readonly blockSums: BlockSums | undefined
}

export interface FileBlobReader {
  /** See BlobBytes. */
  inHand(get: Get): Promise<Uint8Array> | undefined
  stream(get: Get): AsyncIterator<Uint8Array>
}

/** A class, for V8 puts a literal with a member named by a symbol together the slow way each time. */
export class FileBytes implements BlobBytes {
  readonly #blobs: FileBlobReader
  readonly #get: Get

  constructor(blobs: FileBlobReader, get: Get) {
    this.#blobs = blobs
    this.#get = get
  }

  inHand(): Promise<Uint8Array> | undefined {
    return this.#blobs.inHand(this.#get)
  }

  [Symbol.asyncIterator](): AsyncIterator<Uint8Array> {
    return this.#blobs.stream(this.#get)
  }
}
