/** Rows 33 and 34: each request that puts bytes into an upload of SSE-C brings the upload's own key, and none into another. */
import { S3Error } from '../model/errors.ts'
import type { CustomerKey } from '../payload/encryption/envelope.ts'
import type { UploadRow } from '../stores/metadata/records.ts'

/** The key that a part is sealed with. Throws InvalidRequest. */
export function partKey(
  brought: CustomerKey | undefined,
  { attributes: { encryption } }: UploadRow,
): CustomerKey | undefined {
  const isNeeded = encryption?.method === 'SSE-C'
  if (isNeeded !== (brought !== undefined)) throw new S3Error('InvalidRequest', {}, notAsInitiated)
  if (isNeeded && brought?.keyMd5 !== encryption.keyMd5) {
    throw new S3Error('InvalidRequest', {}, otherParameters)
  }
  return brought
}

/**
 * The requests that only speak of checksums of an upload, CompleteMultipartUpload and ListParts: S3 wants the key where the
 * upload was created with a checksum, and takes it or leaves it where it was not. Throws InvalidRequest.
 */
export function checkKeyOfChecksums(
  brought: CustomerKey | undefined,
  upload: UploadRow,
  without: string = notAsInitiated,
): void {
  const isNeeded = upload.attributes.encryption?.method === 'SSE-C'
  if (brought !== undefined) partKey(brought, upload)
  else if (isNeeded && upload.checksum !== undefined)
    throw new S3Error('InvalidRequest', {}, without)
}

export const checksumsNeedKey =
  'To retrieve Part Checksum data requests must include appropriate encryption parameters.'
const notAsInitiated =
  'The multipart upload initiate requested encryption. Subsequent part requests must include the appropriate encryption parameters.'
const otherParameters = 'The provided encryption parameters did not match the ones used originally.'
