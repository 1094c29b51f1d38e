/** What an operation is handed: who asks, in which bucket, and the rules and stores it may use. Built by server/compose. */
import type { Instant } from '../base/clock.ts'
import type { Holds } from '../base/holds.ts'
import type { Account } from '../identity/account.ts'
import type { Buckets } from '../domain/buckets.ts'
import type { SourceBucket } from '../domain/copy-source.ts'
import type { Objects } from '../domain/objects.ts'
import type { Uploads } from '../domain/uploads.ts'
import type { Emit } from '../payload/emit.ts'
import type { Envelopes } from '../payload/encryption/envelope.ts'
import type { Ingest } from '../payload/ingest.ts'
import type { BucketRow } from '../stores/metadata/records.ts'
import type { Settings } from '../domain/settings.ts'

export interface Service {
  readonly caller: Account
  /** As identify says. */
  readonly mayUseKms: boolean
  /** The bucket that the request addresses: it exists and the caller may do this to it (access/authorize). */
  readonly bucket: BucketRow
  /** When the request arrived. */
  readonly now: Instant
  readonly signal: AbortSignal
  /** It came over TLS. */
  readonly isSecure: boolean
  readonly settings: Settings
  readonly buckets: Buckets
  readonly objects: Objects
  /** What requests hold of the stored bytes, so that reclaim leaves it alone. */
  readonly holds: Holds
  readonly uploads: Uploads
  /** Makes a body durable, yet unseen. */
  readonly ingest: Ingest
  /** Bytes of an object on their way out. */
  readonly emit: Emit
  /** Data keys of encrypted bytes. */
  readonly envelopes: Envelopes
  /** The bucket of a copy source, and the objects that the caller may read there: NoSuchBucket, AccessDenied. */
  sourceBucket(name: string): Promise<SourceBucket>
  /** The account behind a canonical id; undefined when it is gone. */
  accountOf(canonicalId: string): Account | undefined
  accountsWithEmail(email: string): readonly Account[]
}
