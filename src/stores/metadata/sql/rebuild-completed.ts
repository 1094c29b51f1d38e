/** Uploads that were known to be complete become objects again, when their parts prove that these are the parts. */
import type { Instant } from '../../../base/clock.ts'
import type { Completion } from '../completions.ts'
import { isRefusal } from '../store.ts'
import { completeUpload, prepareCompletion } from './completion.ts'
import type { Connection } from './connection.ts'
import { decodeObject } from './object-rows.ts'
import { currentRow } from './objects.ts'
import { partsAfter } from './part-pages.ts'
import { shownRow } from './part-rows.ts'
import { getUpload } from './uploads.ts'

export interface Completing {
  readonly now: Instant
  /** ETag of an object made of parts with these ETags. */
  readonly multipartEtag: (etags: readonly string[]) => string
}

/** Whether it is an object now; otherwise the upload stays as it is: gone, or open. */
export function completeAgain(
  db: Connection,
  completion: Completion,
  { now, multipartEtag }: Completing,
): boolean {
  const { uploadId, etag, partCount, modified, checksum, requestHash, answer } = completion
  const upload = getUpload(db, uploadId)
  if (upload === undefined) return false
  const parts = partsAfter(db, upload.content, 0, partCount + 1).map(shownRow)
  if (parts.length !== partCount || multipartEtag(parts.map((part) => part.etag)) !== etag)
    return false
  const { bucket, key, owner } = upload
  const present = currentRow(db, bucket, key)
  if (present !== undefined && decodeObject(present, true).modified > modified) return false
  const attributes = { ...upload.attributes, checksum }
  const object = { bucket, key, owner, etag, modified, attributes }
  const receipt = { requestHash, answer }
  const listed = parts.map(({ number, revision }) => ({ number, revision }))
  const write = { uploadId, parts: listed, object, condition: {}, receipt }
  return !isRefusal(completeUpload(db, prepareCompletion(write, now)))
}
