/** What is asked of one part before its bytes are read, and what is told of it afterwards. */
import { partNumberMax } from '../base/limits.ts'
import { S3Error } from '../model/errors.ts'
import type { ChecksumAlgorithm } from '../payload/checksums/algorithms.ts'
import type { PartRow, UploadRow } from '../stores/metadata/records.ts'
import type { Settings } from './settings.ts'

/** A checksum as S3's inputs and outputs carry it, e.g. `{ ChecksumCRC32: 'DUoRhQ==' }`. */
export type ChecksumMembers = {
  readonly [A in ChecksumAlgorithm as `Checksum${A}`]?: string | undefined
}

/** Row 3: 1 to 10,000. Throws InvalidArgument. */
export function checkPartNumber(number: number): void {
  if (Number.isInteger(number) && number >= 1 && number <= partNumberMax) return
  throw new S3Error(
    'InvalidArgument',
    { ArgumentName: 'partNumber', ArgumentValue: number },
    `Part number must be an integer between 1 and ${partNumberMax}, inclusive`,
  )
}

/**
 * Rows 27 to 29: a part brings the checksum that its upload was created for. It may leave it out where the server can
 * make the whole of computed values (FULL_OBJECT); an upload created for none takes any. Throws InvalidRequest.
 */
export function checkPartChecksum(upload: UploadRow, sent: ChecksumAlgorithm | undefined): void {
  const asked = upload.checksum
  if (asked === undefined || asked.algorithm === sent) return
  if (sent === undefined && asked.type === 'FULL_OBJECT') return
  throw checksumMismatch(asked.algorithm, sent)
}

/** Names both algorithms as S3 does, in lower case, and `null` for none. */
export function checksumMismatch(
  expected: string | undefined,
  actual: string | undefined,
): S3Error {
  const [wanted, came] = [expected, actual].map((name) => name?.toLowerCase() ?? 'null')
  return new S3Error(
    'InvalidRequest',
    {},
    `Checksum Type mismatch occurred, expected checksum Type: ${wanted}, actual checksum Type: ${came}`,
  )
}

/** The algorithm that each part of this upload is hashed with, whatever its sender says; undefined for none. */
export function partAlgorithm(
  upload: UploadRow,
  settings: Settings,
): ChecksumAlgorithm | undefined {
  if (upload.checksum !== undefined) return algorithmOf(upload.checksum)
  return settings.defaultChecksum === 'none' ? undefined : settings.defaultChecksum
}

/** Rows as the store keeps them name their algorithm as text; it was checked when the upload was created. */
export function algorithmOf(row: { readonly algorithm: string }): ChecksumAlgorithm {
  return row.algorithm as ChecksumAlgorithm
}

/** The checksum of that algorithm as a member of an output; nothing when there is none. */
export function checksumMembers(
  algorithm: string | undefined,
  checksums: Readonly<Partial<Record<string, string>>>,
): ChecksumMembers {
  const value = algorithm === undefined ? undefined : checksums[algorithm]
  return value === undefined ? {} : { [`Checksum${algorithm}`]: value }
}

/** Row 29: what listings tell of a part's checksums, which is nothing unless the upload was created for one. */
export function listedChecksum(upload: UploadRow, part: PartRow): ChecksumMembers {
  return checksumMembers(upload.checksum?.algorithm, part.checksums)
}

const markerShape = /^[0-9]{1,10}$/
/** S3 reads numbers of this kind as signed 32-bit integers. */
const markerMax = 2_147_483_647

/** The part number after which a listing goes on; 0 without one. Throws InvalidArgument. */
export function partNumberMarker(text: string | undefined): number {
  const number = markerShape.test(text ?? '0') ? Number(text ?? '0') : Infinity
  if (number <= markerMax) return number
  throw new S3Error(
    'InvalidArgument',
    { ArgumentName: 'part-number-marker', ArgumentValue: text ?? '' },
    `Argument part-number-marker must be an integer between 0 and ${markerMax}`,
  )
}
