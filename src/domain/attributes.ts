/** What an object is besides its bytes: system headers, user metadata, storage class and tags, read from a request. */
import { metadataBytesMax } from '../base/limits.ts'
import { dialects } from '../model/dialects/named.ts'
import { S3Error } from '../model/errors.ts'
import type { ObjectAttributes } from '../stores/metadata/records.ts'
import { parseTagging } from './tags.ts'

/** The members that PutObject, CreateMultipartUpload and CopyObject share. */
export interface AttributeMembers {
  readonly CacheControl?: string | undefined
  readonly ContentDisposition?: string | undefined
  readonly ContentEncoding?: string | undefined
  readonly ContentLanguage?: string | undefined
  readonly ContentType?: string | undefined
  /** Kept and given back as it was sent. */
  readonly Expires?: string | undefined
  readonly Metadata?: Readonly<Record<string, string>> | undefined
  readonly StorageClass?: string | undefined
  readonly Tagging?: string | undefined
  readonly WebsiteRedirectLocation?: string | undefined
}

/** What S3 answers for an object that came without a type. */
const contentTypeDefault = 'binary/octet-stream'

/** The labels of every dialect; which of them a request may ask for is judged at the border (server/dialect.ts). */
const storageClasses: ReadonlySet<string> = new Set(
  Object.values(dialects).flatMap((dialect) => [...dialect.storageClasses.values()]),
)

/**
 * The attributes of a new object; checksum, encryption, lock and ACL are left for whoever knows them. Throws MetadataTooLarge,
 * InvalidStorageClass, InvalidRedirectLocation, InvalidArgument and InvalidTag.
 */
export function objectAttributes(input: AttributeMembers): ObjectAttributes {
  return {
    headers: systemHeaders(input),
    metadata: userMetadata(input.Metadata),
    storageClass: storageClass(input.StorageClass),
    tags: parseTagging(input.Tagging),
    checksum: undefined,
    encryption: undefined,
    lock: undefined,
    acl: undefined,
  }
}

/** The storage class asked for, STANDARD without one. Throws InvalidStorageClass. */
export function storageClass(requested: string | undefined): string {
  if (requested === undefined || requested === '') return 'STANDARD'
  if (!storageClasses.has(requested))
    throw new S3Error('InvalidStorageClass', { StorageClassRequested: requested })
  return requested
}

/** The class as answers name it: not at all where it is STANDARD. */
export function namedClass({ storageClass: name }: Pick<ObjectAttributes, 'storageClass'>): {
  StorageClass?: string
} {
  return name === 'STANDARD' ? {} : { StorageClass: name }
}

/** Where a website sends whoever asks for the object; undefined without. Throws InvalidRedirectLocation. */
export function redirectLocation(location: string | undefined): string | undefined {
  if (location === undefined || location === '') return undefined
  if (/^(?:\/|https?:\/\/)/.test(location)) return location
  throw new S3Error('InvalidRedirectLocation')
}

function systemHeaders(input: AttributeMembers): Record<string, string> {
  const headers: Record<string, string> = { ContentType: input.ContentType || contentTypeDefault }
  keepText(headers, 'CacheControl', input.CacheControl)
  keepText(headers, 'ContentDisposition', input.ContentDisposition)
  keepText(headers, 'ContentEncoding', contentEncoding(input.ContentEncoding))
  keepText(headers, 'ContentLanguage', input.ContentLanguage)
  keepText(headers, 'Expires', input.Expires)
  keepText(headers, 'WebsiteRedirectLocation', redirectLocation(input.WebsiteRedirectLocation))
  return headers
}

function keepText(headers: Record<string, string>, name: string, text: string | undefined): void {
  if (text !== undefined && text !== '') headers[name] = text
}

/** `aws-chunked` frames one transfer and is no property of the object, wherever it stands in the list. */
function contentEncoding(field: string | undefined): string | undefined {
  if (field === undefined || !field.toLowerCase().includes('aws-chunked')) return field
  const codings = field.split(',').map((coding) => coding.trim())
  return codings
    .filter((coding) => coding !== '' && coding.toLowerCase() !== 'aws-chunked')
    .join(',')
}

function userMetadata(
  members: Readonly<Record<string, string>> | undefined,
): ReadonlyArray<readonly [string, string]> {
  const metadata = Object.entries(members ?? {})
  const sizeBytes = metadata.reduce(
    (sum, [name, value]) => sum + Buffer.byteLength(name) + Buffer.byteLength(value),
    0,
  )
  if (sizeBytes > metadataBytesMax)
    throw new S3Error('MetadataTooLarge', { Size: sizeBytes, MaxSizeAllowed: metadataBytesMax })
  return metadata
}
