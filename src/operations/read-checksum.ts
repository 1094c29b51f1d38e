/** A checksum of bytes that are here already and that no row knows it of. */
import type { ChecksumAlgorithm } from '../payload/checksums/algorithms.ts'
import { createHasher } from '../payload/checksums/hashers.ts'

/** Base64. Reads the bytes once. */
export async function readChecksum(
  bytes: AsyncIterable<Uint8Array>,
  algorithm: ChecksumAlgorithm,
): Promise<string> {
  const hasher = createHasher(algorithm)
  for await (const chunk of bytes) hasher.update(chunk)
  return Buffer.from(hasher.digest()).toString('base64')
}
