/**
 * What S3's checksum algorithms can make of the parts of an upload (AWS: "Checking object integrity"): a checksum of the parts'
 * checksums, or that of the whole object, which follows from theirs where an algorithm is a CRC.
 */

/** By name, in the order in which S3 lists them; the first type is what it takes when the client names none. */
export const checksumTypes = {
  CRC32: ['COMPOSITE', 'FULL_OBJECT'],
  CRC32C: ['COMPOSITE', 'FULL_OBJECT'],
  CRC64NVME: ['FULL_OBJECT'],
  MD5: ['COMPOSITE'],
  SHA1: ['COMPOSITE'],
  SHA256: ['COMPOSITE'],
  SHA512: ['COMPOSITE'],
  XXHASH128: ['COMPOSITE'],
  XXHASH3: ['COMPOSITE'],
  XXHASH64: ['COMPOSITE'],
} as const

type Types = typeof checksumTypes

export type ChecksumType = Types[keyof Types][number]

/** The checksum of a whole can be made of those of its parts. */
export type CombinableAlgorithm = {
  [Name in keyof Types]: 'FULL_OBJECT' extends Types[Name][number] ? Name : never
}[keyof Types]

export function isCombinable(algorithm: keyof Types): algorithm is CombinableAlgorithm {
  const types: readonly ChecksumType[] = checksumTypes[algorithm]
  return types.includes('FULL_OBJECT')
}
