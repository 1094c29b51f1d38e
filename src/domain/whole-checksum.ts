/** The checksum of an object that is put whole: the one its sender declared, else the server's default. */
import type { ChecksumAlgorithm } from '../payload/checksums/algorithms.ts'
import type { DeclaredDigests } from '../payload/declared.ts'
import type { Checksum } from '../stores/metadata/records.ts'
import type { Settings } from './settings.ts'

/** The algorithm whose checksum is kept with the object; undefined for none. */
export function keptAlgorithm(
  declared: DeclaredDigests,
  settings: Settings,
): ChecksumAlgorithm | undefined {
  const sent = declared.checksum?.algorithm ?? declared.trailer?.algorithm
  if (sent !== undefined) return sent
  return settings.defaultChecksum === 'none' ? undefined : settings.defaultChecksum
}

export function wholeChecksum(
  algorithm: ChecksumAlgorithm | undefined,
  checksums: Readonly<Partial<Record<ChecksumAlgorithm, string>>>,
): Checksum | undefined {
  const value = algorithm === undefined ? undefined : checksums[algorithm]
  return algorithm === undefined || value === undefined
    ? undefined
    : { algorithm, type: 'FULL_OBJECT', value }
}
