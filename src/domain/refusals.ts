/** What the data refused, said in S3's words: the one place where a Refusal of the metadata seam becomes an S3Error. */
import { S3Error } from '../model/errors.ts'
import { isRefusal, type Refusal } from '../stores/metadata/store.ts'

/** What the refused call was about: whatever the error has to name. */
export interface Subject {
  readonly bucket?: string
  readonly key?: string
  readonly uploadId?: string
}

/** The result of a call that the data allowed. Otherwise throws the S3Error that the refusal means. */
export function accepted<T>(result: T | Refusal, about: Subject): T {
  if (isRefusal(result)) throw refusalError(result, about)
  return result
}

/** The same for a copy: undefined when the bytes it was to name are gone, so that its source has to be found again. */
export function standing<T>(result: T | Refusal, about: Subject): T | undefined {
  if (isRefusal(result) && result.refused === 'bytes-missing') return undefined
  return accepted(result, about)
}

function refusalError(
  refusal: Refusal,
  { bucket = '', key = '', uploadId = '' }: Subject,
): S3Error {
  switch (refusal.refused) {
    case 'bucket-missing':
      return new S3Error('NoSuchBucket', { BucketName: bucket })
    case 'bucket-not-empty':
      return new S3Error('BucketNotEmpty', { BucketName: bucket })
    case 'bucket-exists':
      return new S3Error('BucketAlreadyExists', { BucketName: bucket })
    case 'object-missing':
      return new S3Error('NoSuchKey', { Key: key })
    case 'condition-failed':
      return new S3Error('PreconditionFailed', { Condition: refusal.condition ?? 'If-Match' })
    case 'upload-missing':
      return new S3Error('NoSuchUpload', { UploadId: uploadId })
    // Whoever copies reads the source again first; this is what is left when it never holds still.
    case 'bytes-missing':
      return new S3Error('OperationAborted')
    // Whoever completes reads the parts again first; this is what is left when they never hold still.
    case 'parts-changed':
      return new S3Error('OperationAborted')
  }
}
