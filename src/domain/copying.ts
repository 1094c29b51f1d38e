/** CopyObject's rules: what a copy takes from its source and what from the request. */
import { createHash } from 'node:crypto'
import { uploadSizeBytesMax } from '../base/limits.ts'
import { S3Error } from '../model/errors.ts'
import type { ChecksumAlgorithm } from '../payload/checksums/algorithms.ts'
import type { AskedEncryption } from '../payload/encryption/envelope.ts'
import type {
  BucketRow,
  Checksum,
  Encryption,
  ObjectAttributes,
} from '../stores/metadata/records.ts'
import {
  type AttributeMembers,
  objectAttributes,
  redirectLocation,
  storageClass,
} from './attributes.ts'
import { parseCopySource, type CopySource, type Source } from './copy-source.ts'
import { namesEncryption, type EncryptionMembers } from './encryption.ts'
import { algorithmOf } from './parts.ts'
import type { Settings } from './settings.ts'
import { knownAlgorithm } from './upload-checksum.ts'

export interface CopyMembers extends AttributeMembers, EncryptionMembers {
  readonly Key: string
  readonly ChecksumAlgorithm?: string | undefined
  readonly MetadataDirective?: string | undefined
  readonly TaggingDirective?: string | undefined
}

/** Where a copy goes, and how it is to be encrypted there. */
export interface Target {
  readonly bucket: BucketRow
  readonly asked: AskedEncryption | undefined
}

/** Where a copy comes from, once nothing is wrong with what is asked, whatever is there. Throws InvalidArgument and InvalidRequest. */
export function checkedSource(input: CopyMembers & { readonly CopySource: string }): CopySource {
  const place = parseCopySource(input.CopySource)
  directive('metadata', input.MetadataDirective)
  directive('tagging', input.TaggingDirective)
  if (input.ChecksumAlgorithm !== undefined) knownAlgorithm(input.ChecksumAlgorithm)
  return place
}

/**
 * The attributes of the copy, with the source's checksum and encryption. Throws InvalidRequest for a copy onto itself that changes
 * nothing and for a source that is too large for one copy, InvalidArgument for a directive that S3 does not know.
 */
export function copyAttributes(
  input: CopyMembers,
  source: Source,
  target: Target,
): ObjectAttributes {
  const metadata = directive('metadata', input.MetadataDirective)
  const tagging = directive('tagging', input.TaggingDirective)
  const { row } = source.found
  if (row.sizeBytes > uploadSizeBytesMax) throw new S3Error('InvalidRequest', {}, tooLarge)
  const onto = source.bucket.id === target.bucket.id && row.key === input.Key && row.isLatest
  const kept = row.attributes
  const reseals = kept.encryption?.method !== target.asked?.method
  if (onto && metadata === 'COPY' && !reseals && !changesAnything(input))
    throw new S3Error('InvalidRequest', {}, nothingChanges)
  const asked = objectAttributes({
    ...(metadata === 'REPLACE' ? input : {}),
    Tagging: tagging === 'REPLACE' ? input.Tagging : undefined,
  })
  return {
    ...kept,
    headers: withRedirect(
      metadata === 'REPLACE' ? asked.headers : kept.headers,
      input.WebsiteRedirectLocation,
    ),
    metadata: metadata === 'REPLACE' ? asked.metadata : kept.metadata,
    // Neither class nor redirect follows the bytes: S3 takes both from the request alone.
    storageClass: storageClass(input.StorageClass),
    tags: tagging === 'REPLACE' ? asked.tags : kept.tags,
    lock: undefined,
  }
}

/**
 * The algorithm that the copy's checksum has to be made with; undefined where the source's own will do. A copy is one piece: a
 * checksum of the source's parts gives way to one of the whole (AWS: "Checking object integrity", of objects that are copied).
 */
export function checksumToMake(
  asked: string | undefined,
  source: Source,
): ChecksumAlgorithm | undefined {
  const kept = source.found.row.attributes.checksum
  const algorithm = asked === undefined ? kept && algorithmOf(kept) : knownAlgorithm(asked)
  return kept?.algorithm === algorithm && kept?.type !== 'COMPOSITE' ? undefined : algorithm
}

const md5HexDigits = 32
const md5Shape = /^[0-9a-f]{32}$/

/**
 * The ETag of a copy whose bytes are not read. Clients take 32 hex digits for the MD5 of what is plain or says AES256: where
 * they are none, for the source's key was not the server's, the copy's ETag has the form that is never an MD5. And where the
 * copy's key is not the server's, its ETag is not the MD5, which would tell of the bytes to whoever may list them.
 */
export function copiedEtag(etag: string, from: Encryption, to: Encryption): string {
  if (from.method === to.method) return etag
  if (to.method === 'SSE-S3') return md5Shape.test(etag) ? `${etag}-1` : etag
  return from.method === 'SSE-S3' ? veiledEtag(etag, to.wrapped) : etag
}

/** An ETag of the same form that says nothing of the bytes: made of `wrapped`, a wrapped key that nobody can foretell. */
export function veiledEtag(etag: string, wrapped: string): string {
  const digits = createHash('sha256').update(wrapped).digest('hex').slice(0, md5HexDigits)
  return digits + etag.slice(md5HexDigits)
}

/**
 * The checksum of a copy whose bytes are read anyway: the one that is to be made; else the source's own, or the server's default.
 * It is known, or is to be made while the bytes pass.
 */
export function keptChecksum(
  asked: string | undefined,
  source: Source,
  { defaultChecksum }: Pick<Settings, 'defaultChecksum'>,
): { readonly checksum?: Checksum; readonly algorithm?: ChecksumAlgorithm | undefined } {
  const { checksum } = source.found.row.attributes
  const algorithm = checksumToMake(asked, source)
  if (algorithm !== undefined) return { algorithm }
  if (checksum !== undefined) return { checksum }
  return { algorithm: defaultChecksum === 'none' ? undefined : defaultChecksum }
}

const tooLarge = `The specified copy source is larger than the maximum allowable size for a copy source: ${uploadSizeBytesMax}`
const nothingChanges =
  "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes."

/** A new checksum is a change too: copying in place is how S3's guide gives one to an old object. */
function changesAnything(input: CopyMembers): boolean {
  if (namesEncryption(input)) return true
  return [input.StorageClass, input.WebsiteRedirectLocation, input.ChecksumAlgorithm].some(
    (member) => member !== undefined,
  )
}

function withRedirect(
  headers: Readonly<Record<string, string>>,
  location: string | undefined,
): Record<string, string> {
  const { WebsiteRedirectLocation: _, ...others } = headers
  const redirect = redirectLocation(location)
  return redirect === undefined ? others : { ...others, WebsiteRedirectLocation: redirect }
}

function directive(of: 'metadata' | 'tagging', value: string | undefined): 'COPY' | 'REPLACE' {
  if (value === undefined || value === 'COPY') return 'COPY'
  if (value === 'REPLACE') return value
  const detail = { ArgumentName: `x-amz-${of}-directive`, ArgumentValue: value }
  throw new S3Error('InvalidArgument', detail, `Unknown ${of} directive.`)
}
