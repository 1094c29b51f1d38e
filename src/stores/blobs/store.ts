/**
 * The blob seam: immutable runs of bytes, each in a file that its writer names before there is one.
 *
 * Contract (test/contracts/blob-store.ts runs it on every implementation):
 * - `put` resolves when the bytes and the entry that names them are durable; until then, or when it rejects, the blob
 *   is absent for every reader. A name is used once: a second `put` of it rejects with BlobExists. Whoever leaves it to the
 *   store may find the blob in a pack, a file that it shares with others.
 * - `get` yields exactly the bytes asked for, each verified against the stored block checksums, or rejects: with
 *   BlobMissing before the first byte, with BlobCorrupt at the first block that does not prove itself. It never
 *   comes short in silence. A reader keeps what it has opened, whatever `remove` does meanwhile. A reader whose bytes
 *   prove themselves, as sealed ones do, may say so: then the checksums need not be looked at.
 *   Bytes that one read holds may be had at once (`inHand`), on the same terms.
 * - `remove` is idempotent. After it resolves no later `get` finds a blob of that file, also after a crash or later.
 * - `strike` is idempotent. After it resolves nobody who looks through the pack finds these blobs, also after a crash: no rebuild
 *   puts them back. Their bytes stay for whoever reads them, until the pack is removed.
 * - `list` visits every file that existed before it began and still does, in no order: for reclaim and scrub only.
 *   Unfinished ones of earlier lives are listed too, so that they can be removed.
 * - An implementation bounds its own memory, coalesces the syncs of concurrent puts, and after a failed sync never
 *   resolves another put (decision 9: the process ends).
 */
import type { BlobId, FileId } from '../../base/ids.ts'

export interface BlobStore extends AsyncDisposable {
  put(
    /** A file for this blob alone, or whichever the store takes. */
    name: FileId | Naming,
    bytes: AsyncIterable<Uint8Array>,
    about: BlobAbout,
    /** Asked once, when the last byte has come. */
    closing?: () => BlobClosing,
  ): Promise<{ id: BlobId; sizeBytes: number }>
  get(id: BlobId, range: ByteRange, proof?: 'checksums' | 'own'): BlobBytes
  /** Size of a finished blob; undefined when it is absent or unfinished. */
  stat(id: BlobId): Promise<{ sizeBytes: number } | undefined>
  remove(file: FileId): Promise<void>
  /** Blobs of one pack. */
  strike(blobs: readonly BlobId[]): Promise<void>
  list(): AsyncIterable<FileId>
}

/** For a put that leaves it to the store which file its bytes come to lie in. One of the two is called, once, before there is such a file. */
export interface Naming {
  /** A new name. */
  next(): FileId
  /** They lie in the file that another put named. */
  joins(file: FileId): void
}

/** Bytes of a blob on their way out; nothing is opened before somebody asks for them. */
export interface BlobBytes extends AsyncIterable<Uint8Array> {
  /** All of them in one piece; undefined where they come in several, or must not be held at once. Whoever asks does not read. */
  readonly inHand?: () => Promise<Uint8Array> | undefined
}

/** What a blob says of itself, so that metadata can be rebuilt from blobs alone. Kept in its header, never read on the way out. */
export interface BlobAbout {
  readonly bucket: string
  readonly key: string
  readonly createdMs: number
  /** Of an object: canonical id of its owner. */
  readonly owner?: string
  /** A part names its upload and number; an object has neither. */
  readonly uploadId?: string
  readonly partNumber?: number
  /** Of a part: the rest of its upload, as its row has it. */
  readonly upload?: unknown
  readonly attributes?: unknown
  /** Of sealed bytes: the keys of their blocks, wrapped by the data key whose envelope is among the attributes (docs/format/encryption.md). */
  readonly seal?: string
  /** Of a blob that was moved out of packs: where it lay before, the latest last. */
  readonly was?: readonly BlobId[]
}

/** What only the end of the bytes tells, kept behind them; with BlobAbout it makes the row of an object or part. */
export interface BlobClosing {
  /** Of the plain bytes. */
  readonly sizeBytes: number
  /** Without quotes. */
  readonly etag: string
  /** Base64 by algorithm. */
  readonly checksums: Readonly<Record<string, string>>
}

export interface ByteRange {
  readonly offset: number
  readonly lengthBytes: number
}

export class BlobMissing extends Error {
  override readonly name = 'BlobMissing'
}
export class BlobExists extends Error {
  override readonly name = 'BlobExists'
}
export class BlobCorrupt extends Error {
  override readonly name = 'BlobCorrupt'
}
