/** `x-amz-copy-source-range`: stricter than Range, for a part that comes out shorter than asked would be a wrong part. */
import { uploadSizeBytesMax } from '../base/limits.ts'
import { S3Error } from '../model/errors.ts'
import type { ByteRange } from '../stores/blobs/store.ts'

const rangeShape = /^bytes=([0-9]{1,19})-([0-9]{1,19})$/

/** The bytes that `x-amz-copy-source-range` names, all without it. Throws InvalidArgument and InvalidRequest. */
export function copyRange(header: string | undefined, sizeBytes: number): ByteRange {
  const range =
    header === undefined ? { offset: 0, lengthBytes: sizeBytes } : parseRange(header, sizeBytes)
  if (range.lengthBytes > uploadSizeBytesMax) {
    const sentence = `The specified copy source is larger than the maximum allowable size for a copy source: ${uploadSizeBytesMax}`
    throw new S3Error('InvalidRequest', {}, sentence)
  }
  return range
}

function parseRange(header: string, sizeBytes: number): ByteRange {
  const detail = { ArgumentName: 'x-amz-copy-source-range', ArgumentValue: header }
  const [, first, last] = rangeShape.exec(header)?.map(Number) ?? []
  if (first === undefined || last === undefined || last < first) {
    throw new S3Error('InvalidArgument', detail, rangeForm)
  }
  if (first >= sizeBytes) {
    throw new S3Error(
      'InvalidRequest',
      {},
      'The specified copy range is invalid for the source object size',
    )
  }
  if (last >= sizeBytes) {
    throw new S3Error(
      'InvalidArgument',
      detail,
      `Range specified is not valid for source object of size: ${sizeBytes}`,
    )
  }
  return { offset: first, lengthBytes: last - first + 1 }
}

const rangeForm =
  'The x-amz-copy-source-range value must be of the form bytes=first-last where first and last are the zero-based offsets of the first and last bytes to copy'
