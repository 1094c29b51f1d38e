/** The blob store of tests and of embedded use in memory: the same contract, nothing durable. */
import type { BlobId, FileId } from '../../base/ids.ts'
import { BlobExists, BlobMissing, type BlobStore, type ByteRange } from './store.ts'

/** Chunk in which bytes are handed out, as files do. */
const chunkBytes = 262_144

/** A fresh, empty store. */
export function memoryBlobs(): BlobStore {
  return new MemoryBlobs()
}

class MemoryBlobs implements BlobStore {
  readonly #blobs = new Map<BlobId, Uint8Array>()
  readonly #names = new Set<FileId>()

  async put(...[name, bytes]: Parameters<BlobStore['put']>): ReturnType<BlobStore['put']> {
    const id = typeof name === 'string' ? name : name.next()
    if (this.#names.has(id)) throw new BlobExists(`blob ${id} exists`)
    this.#names.add(id)
    try {
      const blob = await gathered(bytes)
      this.#blobs.set(id, blob)
      return { id, sizeBytes: blob.length }
    } catch (error) {
      this.#names.delete(id)
      throw error
    }
  }

  async *get(id: BlobId, range: ByteRange): AsyncGenerator<Uint8Array> {
    const blob = this.#blobs.get(id)
    if (blob === undefined) throw new BlobMissing(`there is no blob ${id}`)
    const end = range.offset + range.lengthBytes
    if (end > blob.length) throw new BlobMissing(`blob ${id} has ${blob.length} bytes, not ${end}`)
    for (let from = range.offset; from < end; from += chunkBytes) {
      yield blob.slice(from, Math.min(from + chunkBytes, end))
    }
  }

  async stat(id: BlobId): Promise<{ sizeBytes: number } | undefined> {
    const blob = this.#blobs.get(id)
    return blob === undefined ? undefined : { sizeBytes: blob.length }
  }

  async remove(id: FileId): Promise<void> {
    if (this.#blobs.delete(id)) this.#names.delete(id)
  }

  async strike(): Promise<void> {
    // There are no packs.
  }

  async *list(): AsyncGenerator<FileId> {
    yield* this.#names
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#blobs.clear()
    this.#names.clear()
  }
}

/** Memory is where these bytes live: the one store that may gather. */
async function gathered(bytes: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let sizeBytes = 0
  for await (const chunk of bytes) {
    // Not `slice`, which for a Buffer is a view of the same bytes.
    chunks.push(new Uint8Array(chunk))
    sizeBytes += chunk.length
  }
  const blob = new Uint8Array(sizeBytes)
  let filled = 0
  for (const chunk of chunks) {
    blob.set(chunk, filled)
    filled += chunk.length
  }
  return blob
}
