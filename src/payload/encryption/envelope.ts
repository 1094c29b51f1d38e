/**
 * Envelopes: the data key of an object or upload, made, wrapped, opened again and wrapped anew. The data key itself lives
 * in memory only, for as long as one request needs it. Made by payload/encryption/envelopes.ts.
 */
import type { ByteRange } from '../../stores/blobs/store.ts'
import type { Encryption, RunSeal } from '../../stores/metadata/records.ts'
import type { OpeningRun, SealingRun } from './runs.ts'

/** What a request, a bucket or the server asks for (domain/encryption.ts). */
export type AskedEncryption =
  /** `key` is 32 bytes; `keyMd5` the base64 of their MD5, as the request brought it. */
  | { readonly method: 'SSE-C'; readonly key: Uint8Array; readonly keyMd5: string }
  | { readonly method: 'SSE-S3' }
  | {
      readonly method: 'SSE-KMS' | 'DSSE-KMS'
      /** Undefined asks for the key store's default key. */
      readonly keyId: string | undefined
      readonly context: Readonly<Record<string, string>> | undefined
      readonly bucketKey: boolean
    }

/** A customer's key as a later request brings it. */
export type CustomerKey = Extract<AskedEncryption, { method: 'SSE-C' }>

/** What a wrapped data key is bound to: it opens for no other object. */
export interface Place {
  readonly bucket: string
  readonly key: string
}

/** The data key of one object or upload, open. */
export interface DataKey {
  /** What is kept of it. */
  readonly encryption: Encryption
  /** A fresh key for the blocks of one run. */
  newRun(): SealingRun
  /** Of a run that was sealed under this data key. Throws BlobCorrupt when it was not. */
  openRun(seal: RunSeal): OpeningRun
  /** The same run under another data key of as many layers: how a copy moves no bytes. Throws BlobCorrupt as openRun does. */
  rewrapRun(seal: RunSeal, to: DataKey): RunSeal
}

export interface Envelopes {
  /** Rejects with KMS.NotFoundException, KMS.DisabledException, and ServiceUnavailable without an answer of the key store. */
  create(asked: AskedEncryption, place: Place): Promise<DataKey>
  /**
   * Rejects as `create` does, with AccessDenied for another customer's key, and with BlobCorrupt for an envelope that is
   * not the one of this place. That a customer's key came at all is for the caller to see to: S3 has a sentence for each operation.
   */
  open(encryption: Encryption, place: Place, customer: CustomerKey | undefined): Promise<DataKey>
  /** The same data key in another envelope, where it has as many layers; undefined where bytes would have to be sealed anew. */
  rewrap(open: DataKey, asked: AskedEncryption, place: Place): Promise<DataKey | undefined>
}

/** How runs of an encrypted object become runs of an encrypted upload, no byte of a blob being moved (domain/copied-part.ts). */
export interface RunCopying {
  rewrap(seal: RunSeal): RunSeal
  /** Small bytes cannot be cut as they lie: the range of them is sealed anew. Throws BlobCorrupt. */
  recut(sealed: Uint8Array, seal: RunSeal, range: ByteRange): SealedBytes
}

export interface SealedBytes {
  readonly bytes: Uint8Array
  readonly seal: RunSeal
}
