/** What is known of buckets, objects, uploads and parts: the rows, as the metadata seam gives and takes them. */
import type { BlobId } from '../../base/ids.ts'
import type { Instant } from '../../base/clock.ts'

/** Number of a bucket, never reused. */
export type BucketId = number

export interface BucketRow {
  readonly id: BucketId
  readonly name: string
  /** Canonical id of the owning account. */
  readonly owner: string
  readonly created: Instant
  readonly versioning: 'never' | 'enabled' | 'suspended'
  readonly attributes: BucketAttributes
}

export interface BucketAttributes {
  readonly region: string
  /** Bucket configurations by subresource name ('cors', 'tagging'…), each in the form its rule gave it. */
  readonly configurations: Readonly<Record<string, unknown>>
}

/**
 * Where bytes lie.
 * - `inline`: in the metadata database, in the table of small bytes; `row` is assigned by the store.
 * - `blob`: a whole blob from `offset` on (an object or part of `sizeBytes` bytes).
 * - `parts`: rows of the part table that share this content id: a completed multipart upload.
 */
export type Locator =
  | { readonly kind: 'inline'; readonly row: number }
  | { readonly kind: 'blob'; readonly blob: BlobId; readonly offset: number }
  | { readonly kind: 'parts'; readonly content: number }

/** Bytes for a row that is about to be written. Inline bytes become a row of the table of small bytes in the same commit. */
export type NewLocator =
  | Exclude<Locator, { kind: 'inline' }>
  | Locator
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }

export interface Checksum {
  /** S3's name: CRC32, CRC32C, CRC64NVME, SHA1, SHA256, SHA512, MD5, XXHASH64, XXHASH3, XXHASH128. */
  readonly algorithm: string
  readonly type: 'COMPOSITE' | 'FULL_OBJECT'
  /** Base64, without the '-N' of a composite. */
  readonly value: string
}

/**
 * By what the data key of an object or upload is wrapped. Strings are base64 but for names and `wrapped` of a key store,
 * whose form is the store's own. docs/format/encryption.md tells what is bound to what.
 */
export type Encryption =
  /** The customer's key is not kept: `wrapped` opens only with it, which is how it is verified. */
  | {
      readonly method: 'SSE-C'
      readonly keyMd5: string
      readonly salt: string
      readonly wrapped: string
    }
  | { readonly method: 'SSE-S3'; readonly keyId: string; readonly wrapped: string }
  | {
      /** DSSE-KMS seals every block twice, with two keys. */
      readonly method: 'SSE-KMS' | 'DSSE-KMS'
      readonly keyId: string
      readonly wrapped: string
      readonly context: Readonly<Record<string, string>> | undefined
      readonly bucketKey: boolean
    }

/** Of a run of sealed bytes: locator offsets and sizes of such a run count its plain bytes. */
export interface RunSeal {
  /** The key or keys of the run's blocks, wrapped by the data key of the object or upload; base64. */
  readonly wrapped: string
  /** Plain bytes that were sealed together: tells the last block. A run that is cut from another keeps it. */
  readonly sizeBytes: number
}

/** One line of an ACL: a grantee and what it may do. */
export interface AclGrant {
  /** An account by its canonical id, or one of S3's groups by its URI. */
  readonly to: { readonly id: string } | { readonly group: string }
  readonly permission: AclPermission
}

export type AclPermission = 'FULL_CONTROL' | 'READ' | 'WRITE' | 'READ_ACP' | 'WRITE_ACP'

export interface ObjectAttributes {
  /** System headers by S3's member name: ContentType, CacheControl, ContentDisposition, ContentEncoding, ContentLanguage, Expires, WebsiteRedirectLocation. */
  readonly headers: Readonly<Record<string, string>>
  /** User metadata without 'x-amz-meta-', lower-case names, in order of arrival. */
  readonly metadata: ReadonlyArray<readonly [name: string, value: string]>
  readonly storageClass: string
  readonly tags: ReadonlyArray<readonly [key: string, value: string]>
  readonly checksum: Checksum | undefined
  /** How the bytes are encrypted; undefined for plain bytes. */
  readonly encryption: Encryption | undefined
  /** Retention and legal hold; undefined without. */
  readonly lock: unknown
  /** Undefined for the ACL of most objects: everything to the owner, nothing to anybody else. */
  readonly acl: readonly AclGrant[] | undefined
}

export interface ObjectRow {
  readonly bucket: BucketId
  readonly key: string
  /** 'null' for an object written while versioning was never enabled or is suspended. */
  readonly versionId: string
  readonly isLatest: boolean
  readonly deleteMarker: boolean
  /** Canonical id of the owning account. */
  readonly owner: string
  readonly sizeBytes: number
  /** Without quotes: 32 hex digits, or '<hex>-<parts>'. */
  readonly etag: string
  readonly modified: Instant
  /** Number of parts for an object that came from a multipart upload, else 0. */
  readonly partCount: number
  readonly locator: Locator
  /** Of encrypted bytes that are inline or one blob; the runs of a completed upload have their own. */
  readonly seal?: RunSeal | undefined
  readonly attributes: ObjectAttributes
}

/** What a listing shows of the current version of a key. */
export interface ListedObject
  extends
    Pick<ObjectRow, 'key' | 'versionId' | 'owner' | 'sizeBytes' | 'etag' | 'modified'>,
    Pick<ObjectAttributes, 'storageClass'> {
  readonly checksum: Pick<Checksum, 'algorithm' | 'type'> | undefined
}

export interface UploadRow {
  readonly uploadId: string
  readonly bucket: BucketId
  readonly key: string
  readonly owner: string
  readonly initiator: string
  readonly initiated: Instant
  /** The content number under which its parts are kept, from the first part on. */
  readonly content: number
  /** What the client asked for; undefined when it asked for nothing (the object then gets the server's default). */
  readonly checksum:
    | { readonly algorithm: string; readonly type: 'COMPOSITE' | 'FULL_OBJECT' }
    | undefined
  readonly attributes: ObjectAttributes
}

export interface PartRow {
  readonly number: number
  readonly sizeBytes: number
  /** MD5 of the part, 32 hex digits. */
  readonly etag: string
  readonly modified: Instant
  /** Checksums by algorithm, base64: the one the client sent or the upload asks for, and the default one. */
  readonly checksums: Readonly<Record<string, string>>
  /** Grows with every write of any part of the upload: tells one write of a number from the next. */
  readonly revision: number
}

/** One run of bytes inside a part: a part is one run, or several when it was copied from an object of several parts. */
export interface Run {
  readonly sizeBytes: number
  readonly locator: Exclude<Locator, { kind: 'parts' }>
  readonly seal?: RunSeal | undefined
}

/** What a repeated CompleteMultipartUpload is answered with. */
export interface Receipt {
  readonly uploadId: string
  readonly bucket: BucketId
  readonly key: string
  /** Hash of what the client asked for; another hash is another request. */
  readonly requestHash: string
  readonly completed: Instant
  /** The answer, in the form that the rule gave it. */
  readonly answer: unknown
}
