/** Rows of `uploads`: open multipart uploads. */
import type { Instant } from '../../../base/clock.ts'
import type { UploadRow } from '../records.ts'
import type { KeptAttributes } from './attributes.ts'
import { keepAttributes, restoreAttributes } from './attributes.ts'
import type { Row } from './connection.ts'
import { bytes, integer, text } from './connection.ts'
import { draft, unseal } from './seal.ts'

export const uploadColumns = 'content, upload, bucket, key, record'

interface Kept {
  readonly owner: string
  readonly initiator: string
  readonly initiated: Instant
  readonly checksum?: UploadRow['checksum']
  readonly attributes: KeptAttributes
}

/** Sealed, once its content number is known, with that number. */
export function draftUpload(upload: Omit<UploadRow, 'content'>): Uint8Array {
  const kept: Kept = {
    owner: upload.owner,
    initiator: upload.initiator,
    initiated: upload.initiated,
    checksum: upload.checksum,
    attributes: keepAttributes(upload.attributes),
  }
  return draft(identity(upload), kept, upload.attributes.encryption !== undefined)
}

/** Throws CorruptRecord. */
export function decodeUpload(row: Row): UploadRow {
  const names = {
    uploadId: text(row, 'upload'),
    bucket: integer(row, 'bucket'),
    key: text(row, 'key'),
  }
  const content = integer(row, 'content')
  const sealed = { record: bytes(row, 'record'), identity: identity(names), late: String(content) }
  const { owner, initiator, initiated, checksum, attributes } = unseal(sealed) as Kept
  const restored = restoreAttributes(attributes)
  return { ...names, owner, initiator, initiated, content, checksum, attributes: restored }
}

function identity(names: Pick<UploadRow, 'uploadId' | 'bucket' | 'key'>): string {
  return `upload\0${names.uploadId}\0${names.bucket}\0${names.key}`
}
