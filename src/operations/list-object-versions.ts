/** ListObjectVersions: every version of every key. Where there never was versioning, that is the only version, 'null'. */
import {
  checkOptionalAttributes,
  commonPrefixesOf,
  keyText,
  nextMarker,
  pageFrom,
  pageSize,
  startAtMarker,
  versionsOf,
} from '../domain/listing.ts'
import { expectBucketOwner } from '../domain/owners.ts'
import { checkVersionMarker } from '../domain/versions.ts'
import type { ListObjectVersionsInput, ListObjectVersionsOutput } from '../model/types.gen.ts'
import type { Service } from './service.ts'

/** Throws InvalidArgument. */
export async function listObjectVersions(
  input: ListObjectVersionsInput,
  s3: Service,
): Promise<ListObjectVersionsOutput> {
  expectBucketOwner(input.ExpectedBucketOwner, s3.bucket, s3)
  checkOptionalAttributes(input.OptionalObjectAttributes)
  checkVersionMarker(input)
  const { Prefix: prefix = '', Delimiter: delimiter = '', KeyMarker: marker = '' } = input
  const max = pageSize('max-keys', input.MaxKeys)
  const text = keyText(input.EncodingType)
  const start = startAtMarker(marker, prefix, delimiter)
  const page = await pageFrom(start, { bucket: s3.bucket.id, prefix, delimiter, max }, s3.objects)
  const next = nextMarker(page)
  const last = page.truncated ? page.entries.at(-1) : undefined
  return {
    Name: s3.bucket.name,
    Prefix: text(prefix),
    KeyMarker: text(marker),
    VersionIdMarker: input.VersionIdMarker ?? '',
    NextKeyMarker: next === undefined ? undefined : text(next),
    NextVersionIdMarker: last !== undefined && 'row' in last ? last.row.versionId : undefined,
    MaxKeys: max,
    Delimiter: delimiter === '' ? undefined : text(delimiter),
    EncodingType: input.EncodingType,
    IsTruncated: page.truncated,
    Versions: versionsOf(page, text, s3),
    CommonPrefixes: commonPrefixesOf(page, text),
  }
}
