/** ListObjectsV2: keys of a bucket, from page to page by an opaque token. */
import {
  checkOptionalAttributes,
  commonPrefixesOf,
  contentsOf,
  keyText,
  nextToken,
  pageFrom,
  pageSize,
  startAtToken,
} from '../domain/listing.ts'
import { expectBucketOwner } from '../domain/owners.ts'
import type { ListObjectsV2Input, ListObjectsV2Output } from '../model/types.gen.ts'
import type { Service } from './service.ts'

/** Throws InvalidArgument. */
export async function listObjectsV2(
  input: ListObjectsV2Input,
  s3: Service,
): Promise<ListObjectsV2Output> {
  expectBucketOwner(input.ExpectedBucketOwner, s3.bucket, s3)
  checkOptionalAttributes(input.OptionalObjectAttributes)
  const { Prefix: prefix = '', Delimiter: delimiter = '', StartAfter: startAfter } = input
  const max = pageSize('max-keys', input.MaxKeys)
  const text = keyText(input.EncodingType)
  const start = startAtToken(input.ContinuationToken, startAfter ?? '', s3.bucket.name)
  const page = await pageFrom(start, { bucket: s3.bucket.id, prefix, delimiter, max }, s3.objects)
  return {
    Name: s3.bucket.name,
    Prefix: text(prefix),
    ContinuationToken: input.ContinuationToken,
    StartAfter: startAfter === undefined ? undefined : text(startAfter),
    NextContinuationToken: nextToken(page, s3.bucket.name),
    KeyCount: page.entries.length,
    MaxKeys: max,
    Delimiter: delimiter === '' ? undefined : text(delimiter),
    EncodingType: input.EncodingType,
    IsTruncated: page.truncated,
    Contents: contentsOf(page, text, input.FetchOwner === true ? s3 : undefined),
    CommonPrefixes: commonPrefixesOf(page, text),
  }
}
