/** What GetObject and HeadObject tell of an object beside its bytes. */
import { S3Error } from '../model/errors.ts'
import type { BucketRow, ObjectRow } from '../stores/metadata/records.ts'
import { namedClass } from './attributes.ts'
import { checksumText } from './completed-checksum.ts'
import { encryptionAnswer, type EncryptionAnswer } from './encryption-answer.ts'
import { quoted } from './etags.ts'
import type { Slice } from './objects.ts'
import { checksumMembers, type ChecksumMembers } from './parts.ts'
import { wholeSeconds } from './times.ts'
import { versionIdOf } from './versions.ts'

/** What a reader may ask of the answer's headers. */
export interface DescriptionRequest {
  readonly ChecksumMode?: string | undefined
  readonly PartNumber?: number | undefined
  readonly ResponseCacheControl?: string | undefined
  readonly ResponseContentDisposition?: string | undefined
  readonly ResponseContentEncoding?: string | undefined
  readonly ResponseContentLanguage?: string | undefined
  readonly ResponseContentType?: string | undefined
  readonly ResponseExpires?: string | undefined
}

/** Headers of the object's own that a request may override. */
export interface SystemHeaders {
  readonly CacheControl?: string | undefined
  readonly ContentDisposition?: string | undefined
  readonly ContentEncoding?: string | undefined
  readonly ContentLanguage?: string | undefined
  readonly ContentType?: string | undefined
  readonly Expires?: string | undefined
}

export interface Description extends SystemHeaders, TypedChecksum, EncryptionAnswer {
  readonly AcceptRanges: string
  readonly LastModified: Date
  readonly ContentLength: number
  readonly ETag: string
  readonly ContentRange?: string | undefined
  readonly VersionId?: string | undefined
  readonly WebsiteRedirectLocation?: string | undefined
  readonly Metadata: Readonly<Record<string, string>>
  readonly StorageClass?: string | undefined
  readonly PartsCount?: number | undefined
  readonly TagCount?: number | undefined
}

export type TypedChecksum = ChecksumMembers & { readonly ChecksumType?: string | undefined }

/** Throws InvalidArgument for an override that can be no header. */
export function describe(
  {
    bucket,
    row,
    slice,
  }: { readonly bucket: BucketRow; readonly row: ObjectRow; readonly slice: Slice },
  request: DescriptionRequest,
): Description {
  const { attributes } = row
  return {
    AcceptRanges: 'bytes',
    LastModified: wholeSeconds(row.modified),
    ContentLength: slice.lengthBytes,
    ETag: quoted(row.etag),
    ContentRange: slice.contentRange,
    VersionId: versionIdOf(bucket, row),
    ...systemHeaders(attributes.headers, request),
    WebsiteRedirectLocation: attributes.headers['WebsiteRedirectLocation'],
    Metadata: Object.fromEntries(attributes.metadata),
    StorageClass: namedClass(attributes).StorageClass,
    PartsCount: request.PartNumber === undefined || row.partCount === 0 ? undefined : row.partCount,
    TagCount: attributes.tags.length === 0 ? undefined : attributes.tags.length,
    ...encryptionAnswer(attributes.encryption),
    ...(request.ChecksumMode === 'ENABLED' ? sliceChecksum(row, slice, request.PartNumber) : {}),
  }
}

/** The checksum of a whole object with its type; nothing when it has none. */
export function objectChecksum(row: Pick<ObjectRow, 'attributes' | 'partCount'>): TypedChecksum {
  const { checksum } = row.attributes
  if (checksum === undefined) return {}
  const text = checksumText(checksum, row.partCount)
  return { [`Checksum${checksum.algorithm}`]: text, ChecksumType: checksum.type }
}

/** Clients verify what they get: a range has no checksum, one part has its own, an object that is one part has the whole's. */
function sliceChecksum(
  row: ObjectRow,
  slice: Slice,
  partNumber: number | undefined,
): TypedChecksum {
  const { checksum } = row.attributes
  if (slice.part !== undefined) {
    const members = checksumMembers(checksum?.algorithm, slice.part.checksums)
    return Object.keys(members).length === 0 ? {} : { ...members, ChecksumType: checksum?.type }
  }
  return slice.contentRange === undefined || partNumber !== undefined ? objectChecksum(row) : {}
}

function systemHeaders(
  stored: Readonly<Record<string, string>>,
  request: DescriptionRequest,
): SystemHeaders {
  return {
    CacheControl:
      override('response-cache-control', request.ResponseCacheControl) ?? stored['CacheControl'],
    ContentDisposition:
      override('response-content-disposition', request.ResponseContentDisposition) ??
      stored['ContentDisposition'],
    ContentEncoding:
      override('response-content-encoding', request.ResponseContentEncoding) ??
      stored['ContentEncoding'],
    ContentLanguage:
      override('response-content-language', request.ResponseContentLanguage) ??
      stored['ContentLanguage'],
    ContentType:
      override('response-content-type', request.ResponseContentType) ?? stored['ContentType'],
    Expires: override('response-expires', request.ResponseExpires) ?? stored['Expires'],
  }
}

/** What a header can hold: visible ISO-8859-1 and white space within a line. */
const headerText = /^[\t\x20-\x7e\xa0-\xff]*$/

function override(name: string, value: string | undefined): string | undefined {
  if (value === undefined || value === '' || headerText.test(value))
    return value === '' ? undefined : value
  throw new S3Error(
    'InvalidArgument',
    { ArgumentName: name, ArgumentValue: value },
    'Header value cannot be represented using ISO-8859-1.',
  )
}
