/** S3's checksum algorithms: names, sizes, and what can be made of the checksums of parts. Hashers are made in hashers.ts. */

export const checksumAlgorithms = [
  'CRC32',
  'CRC32C',
  'CRC64NVME',
  'SHA1',
  'SHA256',
  'SHA512',
  'MD5',
  'XXHASH64',
  'XXHASH3',
  'XXHASH128',
] as const

export type ChecksumAlgorithm = (typeof checksumAlgorithms)[number]
