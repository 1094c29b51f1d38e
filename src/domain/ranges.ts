/** Which bytes of an object a reader gets: the Range field (RFC 9110 §14, as S3 takes it). */
import { S3Error } from '../model/errors.ts'
import type { ByteRange } from '../stores/blobs/store.ts'
import type { ObjectRow } from '../stores/metadata/records.ts'
import { readTimestamp } from '../wire/scalars.ts'
import { quoted } from './etags.ts'
import { wholeSeconds } from './times.ts'

const shape = /^bytes=([0-9]*)-([0-9]*)$/

/**
 * The bytes that a Range field asks for; undefined when it asks for none that S3 knows, and the whole is sent: another
 * unit, several ranges, an end before the start. Throws InvalidRange when the object has no such bytes.
 */
export function parseRange(field: string | undefined, sizeBytes: number): ByteRange | undefined {
  const [, first = '', last = ''] = shape.exec(field?.trim() ?? '') ?? []
  if (field === undefined || (first === '' && last === '')) return undefined
  if (first === '') return suffix(Number(last), sizeBytes, field)
  // Beyond 2^53 digits lose their meaning, yet stay larger than any object.
  const offset = Number(first)
  const end = last === '' ? sizeBytes - 1 : Math.min(Number(last), sizeBytes - 1)
  if (last !== '' && Number(last) < offset) return undefined
  if (offset >= sizeBytes) throw unsatisfiable(field, sizeBytes)
  return { offset, lengthBytes: end - offset + 1 }
}

/**
 * If-Range (RFC 9110 §13.1.5): the range is meant for the object of this tag or date alone. Whoever resumes a download of
 * an object that was replaced meanwhile gets the whole, not a piece that does not fit. A weak tag fits nothing.
 */
export function rangeApplies(
  ifRange: string | undefined,
  object: Pick<ObjectRow, 'etag' | 'modified'>,
): boolean {
  if (ifRange === undefined) return true
  const field = ifRange.trim()
  if (field === quoted(object.etag) || field === object.etag) return true
  return readTimestamp(field)?.getTime() === wholeSeconds(object.modified).getTime()
}

/** `bytes 0-9/10`, as Content-Range says it. */
export function contentRange({ offset, lengthBytes }: ByteRange, sizeBytes: number): string {
  return `bytes ${offset}-${offset + lengthBytes - 1}/${sizeBytes}`
}

function suffix(lengthBytes: number, sizeBytes: number, field: string): ByteRange {
  const kept = Math.min(lengthBytes, sizeBytes)
  if (kept === 0) throw unsatisfiable(field, sizeBytes)
  return { offset: sizeBytes - kept, lengthBytes: kept }
}

function unsatisfiable(field: string, sizeBytes: number): S3Error {
  return new S3Error('InvalidRange', { RangeRequested: field, ActualObjectSize: sizeBytes })
}
