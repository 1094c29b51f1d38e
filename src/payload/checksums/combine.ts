/**
 * The checksum of a whole from the checksums of its parts, without its bytes: what CompleteMultipartUpload needs.
 *
 * A CRC is a remainder of polynomials over GF(2): appending n bytes multiplies it by x^(8n), and then the remainder of
 * those bytes is added. So one operator per part length and one multiplication per part are enough.
 *
 * Polynomials are held reflected, as the CRCs are: the highest of 64 bits is x^0, the lowest x^63. A 32-bit CRC is the same
 * sum multiplied by x^32 on both sides: the upper half of its value and of its modulus is zero.
 */
import { createHash } from 'node:crypto'
import { assert } from '../../base/assert.ts'
import type { CombinableAlgorithm } from '../../model/checksum-types.ts'
import { digestBytes, type ChecksumAlgorithm } from './algorithms.ts'
import { crcKernels, crcs } from './crc.ts'
import { createHasher } from './hashers.ts'

const one = 1n << 63n
/** x^8: one more byte. */
const byte = 1n << 55n

/** A part as its row knows it: checksum in base64. */
export interface CheckedPart {
  readonly checksum: string
  readonly sizeBytes: number
}

/** The checksum, in base64, of these parts one after the other (S3: FULL_OBJECT). */
export function combine(algorithm: CombinableAlgorithm, parts: Iterable<CheckedPart>): string {
  const { modulus } = crcs[algorithm]
  const { run } = crcKernels()
  const operators = new Map<number, bigint>()
  let whole = 0n
  for (const { checksum, sizeBytes } of parts) {
    // As a rule all parts but the last have one size.
    const operator = operators.get(sizeBytes) ?? appending(sizeBytes, modulus)
    operators.set(sizeBytes, operator)
    whole = run.times(whole, operator, modulus) ^ read(algorithm, checksum)
  }
  return write(algorithm, whole)
}

/** The checksum, in base64, of the parts' checksums in a row (S3: COMPOSITE), without the '-N' that S3 writes after it. */
export function composite(algorithm: ChecksumAlgorithm, checksums: Iterable<string>): string {
  const hasher = createHasher(algorithm)
  for (const checksum of checksums) hasher.update(decode(algorithm, checksum))
  return Buffer.from(hasher.digest()).toString('base64')
}

/** The ETag of a completed upload, without quotes: MD5 over the parts' MD5s (hex), '-' and their number. */
export function multipartEtag(md5s: readonly string[]): string {
  // Each call into the library costs more than the hash of what it brings.
  const digest = createHash('md5').update(md5s.join(''), 'hex').digest('hex')
  return `${digest}-${md5s.length}`
}

/** x^(8·sizeBytes), by squaring. */
function appending(sizeBytes: number, modulus: bigint): bigint {
  assert(Number.isSafeInteger(sizeBytes) && sizeBytes >= 0, 'a part has a size in whole bytes')
  const { run } = crcKernels()
  let operator = one
  let square = byte
  for (let left = sizeBytes; left > 0; left = Math.floor(left / 2)) {
    if (left % 2 === 1) operator = run.times(operator, square, modulus)
    square = run.times(square, square, modulus)
  }
  return operator
}

function decode(algorithm: ChecksumAlgorithm, checksum: string): Buffer {
  const digest = Buffer.from(checksum, 'base64')
  assertLength(algorithm, digest.length)
  return digest
}

function assertLength(algorithm: ChecksumAlgorithm, sizeBytes: number): void {
  assert(sizeBytes === digestBytes[algorithm], 'a kept checksum has the length of its algorithm')
}

/** Every checksum of a CRC in turn, with room for one that is too long. */
const digest = Buffer.alloc(16)
const digestView = new DataView(digest.buffer, digest.byteOffset)

/** Signed, as the kernels answer too. */
function read(algorithm: CombinableAlgorithm, checksum: string): bigint {
  const sizeBytes = digest.write(checksum, 0, 'base64')
  assertLength(algorithm, sizeBytes)
  return sizeBytes === 4 ? BigInt(digestView.getUint32(0)) : digestView.getBigInt64(0)
}

function write(algorithm: CombinableAlgorithm, value: bigint): string {
  const digest = Buffer.alloc(8)
  digest.writeBigInt64BE(value, 0)
  return digest.subarray(8 - digestBytes[algorithm]).toString('base64')
}
