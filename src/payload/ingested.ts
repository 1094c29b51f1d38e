/** Bytes that were taken in, until a row names them: small ones in hand, all others as a blob that may have to be removed. */
import { fileOf, placeOf, type BlobId } from '../base/ids.ts'
import type { HeldName } from '../stores/blobs/held-name.ts'
import type { BlobStore } from '../stores/blobs/store.ts'
import type { NewLocator, RunSeal } from '../stores/metadata/records.ts'
import type { MetadataStore } from '../stores/metadata/store.ts'
import type { ProvenDigests } from './digests.ts'

/**
 * Durable bytes that no row names yet. Disposed without `keep`, they are removed; unless the metadata store has failed:
 * the commit that was to name them may be durable all the same, and the next life finds out.
 */
export interface Ingested extends Omit<ProvenDigests, 'md5'>, AsyncDisposable {
  /** Of the plain bytes. */
  readonly sizeBytes: number
  /** 32 hex digits: the MD5 of the plain bytes; as good as random where the key is not the server's, as S3 has it. */
  readonly etag: string
  readonly locator: Exclude<NewLocator, { kind: 'parts' }>
  /** For the row that names the bytes, when they are sealed. */
  readonly seal: RunSeal | undefined
  /** A row names the bytes now. */
  keep(): void
}

/** What is known of bytes wherever they lie. */
export type Facts = Omit<Ingested, 'locator' | 'keep' | typeof Symbol.asyncDispose>

/** A class, for a literal whose members are named by symbols is put together by the slow way of V8 each time. */
class Known implements Facts {
  readonly sizeBytes: number
  readonly etag: string
  readonly checksums: Facts['checksums']
  readonly verified: Facts['verified']
  readonly seal: RunSeal | undefined

  constructor(facts: Facts) {
    this.sizeBytes = facts.sizeBytes
    this.etag = facts.etag
    this.checksums = facts.checksums
    this.verified = facts.verified
    this.seal = facts.seal
  }
}

/** Small bytes, which no file holds: there is nothing to remove. */
export class IngestedBytes extends Known implements Ingested {
  readonly locator: Ingested['locator']

  constructor(facts: Facts, bytes: Uint8Array) {
    super(facts)
    this.locator = { kind: 'bytes', bytes }
  }

  keep(): void {
    // The row brings its bytes along.
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // Nothing of them is kept anywhere.
  }
}

export interface StoredBlob {
  readonly blob: BlobId
  readonly facts: Facts
  readonly parts: {
    readonly blobs: Pick<BlobStore, 'remove' | 'strike'>
    readonly metadata: Pick<MetadataStore, 'failure' | 'abandonBytes'>
  }
  /** Keeps reclaim away. */
  readonly name: Pick<HeldName, 'release'>
}

export class IngestedBlob extends Known implements Ingested {
  readonly locator: Ingested['locator']
  readonly #stored: StoredBlob
  #settled = false

  constructor(stored: StoredBlob) {
    super(stored.facts)
    this.locator = { kind: 'blob', blob: stored.blob, offset: 0 }
    this.#stored = stored
  }

  keep(): void {
    this.#settled = true
    this.#stored.name.release()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#settled) return
    this.#settled = true
    const { parts, name } = this.#stored
    // The error that led here matters, not that of tidying up: what stays is garbage that the orphan sweep finds.
    if (parts.metadata.failure === undefined) await Promise.allSettled([this.#forget()])
    name.release()
  }
  /** A pack has bytes of others, too: of it the blob is struck, before anybody hears that it was refused. */
  async #forget(): Promise<void> {
    const { blob, parts } = this.#stored
    if (placeOf(blob) === undefined) return parts.blobs.remove(fileOf(blob))
    await parts.blobs.strike([blob])
    await parts.metadata.abandonBytes(blob)
  }
}
