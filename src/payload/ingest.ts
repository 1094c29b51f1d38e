/** Ingest: one body becomes durable bytes, verified as they pass, yet unseen until a row names them. */
import type { BlobAbout } from '../stores/blobs/store.ts'
import type { NewLocator } from '../stores/metadata/records.ts'
import type { Payload } from '../model/payload.ts'
import type { ChecksumAlgorithm } from './checksums/algorithms.ts'
import type { DeclaredDigests } from './declared.ts'

export interface IngestPlan {
  /** What the client says of the bytes: parsed by payload/declared.ts before the body is read. */
  readonly declared: DeclaredDigests
  /** Computed whatever the client says: the upload's algorithm, or the server's default. */
  readonly compute: readonly ChecksumAlgorithm[]
  /** EntityTooLarge beyond, before the body where its length is known. */
  readonly sizeBytesMax: number
  readonly about: BlobAbout
}

/** Durable bytes that no row names yet. Disposed without `keep`, they are removed. */
export interface Ingested extends AsyncDisposable {
  readonly sizeBytes: number
  /** 32 hex digits. */
  readonly md5: string
  /** Base64 by algorithm: what was declared and what was computed. */
  readonly checksums: Readonly<Partial<Record<ChecksumAlgorithm, string>>>
  /** The algorithm whose value the client sent and we verified. */
  readonly verified: ChecksumAlgorithm | undefined
  readonly locator: NewLocator
  /** A row names the bytes now. */
  keep(): void
}

/** Rejects with IncompleteBody, BadDigest, EntityTooLarge, MalformedTrailerError and what the body's seal throws. */
export type Ingest = (body: Payload, plan: IngestPlan) => Promise<Ingested>
