/** ListObjects: keys of a bucket from a marker on, the first form of the listing. */
import {
  checkOptionalAttributes,
  commonPrefixesOf,
  contentsOf,
  keyText,
  nextMarker,
  pageFrom,
  pageSize,
  startAtMarker,
} from '../domain/listing.ts'
import { expectBucketOwner } from '../domain/owners.ts'
import type { ListObjectsInput, ListObjectsOutput } from '../model/types.gen.ts'
import type { Service } from './service.ts'

/** Throws InvalidArgument. */
export async function listObjects(
  input: ListObjectsInput,
  s3: Service,
): Promise<ListObjectsOutput> {
  expectBucketOwner(input.ExpectedBucketOwner, s3.bucket, s3)
  checkOptionalAttributes(input.OptionalObjectAttributes)
  const { Prefix: prefix = '', Delimiter: delimiter = '', Marker: marker = '' } = input
  const max = pageSize('max-keys', input.MaxKeys)
  const text = keyText(input.EncodingType)
  const start = startAtMarker(marker, prefix, delimiter)
  const page = await pageFrom(start, { bucket: s3.bucket.id, prefix, delimiter, max }, s3.objects)
  const next = delimiter === '' ? undefined : nextMarker(page)
  return {
    Name: s3.bucket.name,
    Prefix: text(prefix),
    Marker: text(marker),
    NextMarker: next === undefined ? undefined : text(next),
    MaxKeys: max,
    Delimiter: delimiter === '' ? undefined : text(delimiter),
    EncodingType: input.EncodingType,
    IsTruncated: page.truncated,
    Contents: contentsOf(page, text, s3),
    CommonPrefixes: commonPrefixesOf(page, text),
  }
}
