/**
 * What a request has to ask of an object or upload before it touches it; each question throws AccessDenied. The rows are those
 * that are then read or changed, so that nobody is let in by what an object was a moment before.
 *
 * Most requests have no judge: their bucket said yes to everything (access/authorize.ts).
 */
import type { ObjectRow, UploadRow } from '../stores/metadata/records.ts'

export interface Judge {
  /** Before an object is read or changed in place; undefined for one that is not there. */
  object(row: ObjectRow | undefined): void
  remove(row: ObjectRow): void
  upload(row: UploadRow | undefined): void
}
