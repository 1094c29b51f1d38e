/** AbortMultipartUpload: the upload ends without an object, and its bytes go to reclaim. */
import { expectBucketOwner } from '../domain/owners.ts'
import { S3Error } from '../model/errors.ts'
import type { AbortMultipartUploadInput, AbortMultipartUploadOutput } from '../model/types.gen.ts'
import type { UploadRow } from '../stores/metadata/records.ts'
import type { Service } from './service.ts'

/** A part that is still on its way finds no upload when it arrives. Throws NoSuchUpload, PreconditionFailed. */
export async function abortMultipartUpload(
  input: AbortMultipartUploadInput,
  s3: Service,
): Promise<AbortMultipartUploadOutput> {
  expectBucketOwner(input.ExpectedBucketOwner, s3.bucket, s3)
  const upload = await s3.uploads.open(s3.bucket, input)
  checkInitiated(upload, input.IfMatchInitiatedTime)
  await s3.uploads.abort(upload)
  return {}
}

/** The header is an HTTP date, which knows no milliseconds. */
function checkInitiated(upload: UploadRow, expected: Date | undefined): void {
  if (expected === undefined) return
  if (Math.floor(upload.initiated / 1000) === Math.floor(expected.getTime() / 1000)) return
  throw new S3Error('PreconditionFailed', { Condition: 'x-amz-if-match-initiated-time' })
}
