/** ListMultipartUploads: what is open in a bucket, by key and then by age, a page at a time. */
import { commonPrefixesOf, keyText, pageSize, type KeyText } from '../domain/listing.ts'
import { expectBucketOwner, ownerOf } from '../domain/owners.ts'
import { ownerIn } from '../domain/ownership.ts'
import { wholeSeconds } from '../domain/times.ts'
import { isUploadId } from '../domain/upload-ids.ts'
import { S3Error } from '../model/errors.ts'
import type {
  ListMultipartUploadsInput,
  ListMultipartUploadsOutput,
  MultipartUpload,
} from '../model/types.gen.ts'
import type { UploadRow } from '../stores/metadata/records.ts'
import type { ListPage } from '../stores/metadata/store.ts'
import type { Service } from './service.ts'

/** Throws InvalidArgument for a count, an encoding or a marker that is none. */
export async function listMultipartUploads(
  input: ListMultipartUploadsInput,
  s3: Service,
): Promise<ListMultipartUploadsOutput> {
  expectBucketOwner(input.ExpectedBucketOwner, s3.bucket, s3)
  const { Prefix = '', Delimiter = '', KeyMarker = '', EncodingType } = input
  const text = keyText(EncodingType)
  const max = pageSize('max-uploads', input.MaxUploads)
  const uploadIdMarker = markedUpload(KeyMarker, input.UploadIdMarker)
  const page = await s3.uploads.list({
    bucket: s3.bucket.id,
    prefix: Prefix,
    delimiter: Delimiter,
    from: KeyMarker,
    exclusive: KeyMarker !== '',
    afterUploadId: uploadIdMarker,
    max,
  })
  return {
    Bucket: s3.bucket.name,
    KeyMarker: text(KeyMarker),
    UploadIdMarker: uploadIdMarker ?? '',
    ...nextMarkers(page, text),
    Delimiter: Delimiter === '' ? undefined : text(Delimiter),
    Prefix: text(Prefix),
    EncodingType,
    MaxUploads: max,
    IsTruncated: page.truncated,
    Uploads: page.entries.flatMap((entry) =>
      'row' in entry ? [uploadEntry(entry.row, text, s3)] : [],
    ),
    CommonPrefixes: commonPrefixesOf(page, text),
  }
}

/** An upload id marks a place among the uploads of one key: without that key it means nothing, and S3 ignores it. */
function markedUpload(keyMarker: string, uploadIdMarker: string | undefined): string | undefined {
  if (keyMarker === '' || uploadIdMarker === undefined || uploadIdMarker === '') return undefined
  if (isUploadId(uploadIdMarker)) return uploadIdMarker
  const detail = { ArgumentName: 'upload-id-marker', ArgumentValue: uploadIdMarker }
  throw new S3Error('InvalidArgument', detail, 'Invalid uploadId marker')
}

/** S3 names the last entry on every page, the last page included; a common prefix has no upload id. */
function nextMarkers(
  page: ListPage<UploadRow>,
  text: KeyText,
): Pick<ListMultipartUploadsOutput, 'NextKeyMarker' | 'NextUploadIdMarker'> {
  const last = page.entries.at(-1)
  if (last === undefined) return { NextKeyMarker: '', NextUploadIdMarker: '' }
  if ('row' in last) {
    return { NextKeyMarker: text(last.row.key), NextUploadIdMarker: last.row.uploadId }
  }
  return { NextKeyMarker: text(last.commonPrefix), NextUploadIdMarker: '' }
}

function uploadEntry(upload: UploadRow, text: KeyText, s3: Service): MultipartUpload {
  return {
    Key: text(upload.key),
    UploadId: upload.uploadId,
    Initiator: ownerOf(upload.initiator, s3),
    Owner: ownerOf(ownerIn(s3.bucket, upload), s3),
    StorageClass: upload.attributes.storageClass,
    Initiated: wholeSeconds(upload.initiated),
    ChecksumAlgorithm: upload.checksum?.algorithm,
    ChecksumType: upload.checksum?.type,
  }
}
