/**
 * The checksum of a whole from the checksums of its parts, without its bytes: what CompleteMultipartUpload needs.
 *
 * A CRC is a remainder of polynomials over GF(2): appending n bytes multiplies it by x^(8n), and then the remainder of
 * those bytes is added. So one operator per part length and one multiplication per part are enough.
 *
 * Polynomials are held reflected, as the CRCs are: the highest bit is x^0, the lowest x^63. A 32-bit CRC is the same
 * sum multiplied by x^32 on both sides: the upper half of its value and of its modulus is zero.
 */
import { createHash } from 'node:crypto'
import { assert } from '../../base/assert.ts'
import type { CombinableAlgorithm } from '../../model/checksum-types.ts'
import { digestBytes, type ChecksumAlgorithm } from './algorithms.ts'
import { createHasher } from './hashers.ts'

interface Polynomial {
  readonly hi: number
  readonly lo: number
}

/** The modulus of each CRC without its leading term. */
const moduli: Readonly<Record<CombinableAlgorithm, Polynomial>> = {
  CRC32: { hi: 0, lo: 0xedb88320 },
  CRC32C: { hi: 0, lo: 0x82f63b78 },
  CRC64NVME: { hi: 0x9a6c9329, lo: 0xac4bc9b5 },
}

const one: Polynomial = { hi: 0x80000000, lo: 0 }
/** x^8: one more byte. */
const byte: Polynomial = { hi: 0x00800000, lo: 0 }

/** A part as its row knows it: checksum in base64. */
export interface CheckedPart {
  readonly checksum: string
  readonly sizeBytes: number
}

/** The checksum, in base64, of these parts one after the other (S3: FULL_OBJECT). */
export function combine(algorithm: CombinableAlgorithm, parts: Iterable<CheckedPart>): string {
  const modulus = moduli[algorithm]
  const operators = new Map<number, Multiples>()
  let whole: Polynomial = { hi: 0, lo: 0 }
  for (const { checksum, sizeBytes } of parts) {
    const operator =
      operators.get(sizeBytes) ?? new Multiples(appending(sizeBytes, modulus), modulus)
    operators.set(sizeBytes, operator)
    const shifted = operator.times(whole)
    const part = read(algorithm, checksum)
    whole = { hi: shifted.hi ^ part.hi, lo: shifted.lo ^ part.lo }
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
export function multipartEtag(md5s: Iterable<string>): string {
  const hash = createHash('md5')
  let count = 0
  for (const md5 of md5s) {
    hash.update(md5, 'hex')
    count += 1
  }
  return `${hash.digest('hex')}-${count}`
}

/** x^(8·sizeBytes), by squaring. */
function appending(sizeBytes: number, modulus: Polynomial): Polynomial {
  assert(Number.isSafeInteger(sizeBytes) && sizeBytes >= 0, 'a part has a size in whole bytes')
  let operator = one
  let square = byte
  for (let left = sizeBytes; left > 0; left = Math.floor(left / 2)) {
    if (left % 2 === 1) operator = times(operator, square, modulus)
    square = times(square, square, modulus)
  }
  return operator
}

function times(a: Polynomial, b: Polynomial, modulus: Polynomial): Polynomial {
  let hi = 0
  let lo = 0
  let powerHi = b.hi
  let powerLo = b.lo
  for (let exponent = 0; exponent < 64; exponent++) {
    const word = exponent < 32 ? a.hi : a.lo
    const taken = -((word >>> (31 - (exponent & 31))) & 1)
    hi ^= powerHi & taken
    lo ^= powerLo & taken
    const overflow = -(powerLo & 1)
    powerLo = ((powerLo >>> 1) | (powerHi << 31)) ^ (modulus.lo & overflow)
    powerHi = (powerHi >>> 1) ^ (modulus.hi & overflow)
  }
  return { hi, lo }
}

/** The step from a power to the next one. */
function timesX({ hi, lo }: Polynomial, modulus: Polynomial): Polynomial {
  const overflow = -(lo & 1)
  return {
    hi: (hi >>> 1) ^ (modulus.hi & overflow),
    lo: ((lo >>> 1) | (hi << 31)) ^ (modulus.lo & overflow),
  }
}

const nibbles = 16

/**
 * One operator for many parts, as a rule all but the last: what it makes of every value of each four bits of the other factor.
 * A product is then sixteen look-ups instead of sixty-four steps, which tells where code runs for the first time.
 */
class Multiples {
  readonly #hi = new Int32Array(nibbles * 16)
  readonly #lo = new Int32Array(nibbles * 16)

  constructor(operator: Polynomial, modulus: Polynomial) {
    let power = operator
    for (let nibble = 0; nibble < nibbles; nibble++) {
      // The highest bit is the lowest power.
      for (let bit = 8; bit > 0; bit >>= 1) {
        this.#add(nibble * 16, bit, power)
        power = timesX(power, modulus)
      }
    }
  }

  times({ hi: highHalf, lo: lowHalf }: Polynomial): Polynomial {
    let hi = 0
    let lo = 0
    for (let nibble = 0; nibble < nibbles; nibble++) {
      const word = nibble < 8 ? highHalf : lowHalf
      const at = nibble * 16 + ((word >>> (28 - 4 * (nibble & 7))) & 15)
      hi ^= this.#hi[at] ?? 0
      lo ^= this.#lo[at] ?? 0
    }
    return { hi, lo }
  }

  /** To all values of the nibble that have this bit. */
  #add(from: number, bit: number, { hi, lo }: Polynomial): void {
    for (let value = bit; value < 16; value++) {
      if ((value & bit) === 0) continue
      this.#hi[from + value] = (this.#hi[from + value] ?? 0) ^ hi
      this.#lo[from + value] = (this.#lo[from + value] ?? 0) ^ lo
    }
  }
}

function decode(algorithm: ChecksumAlgorithm, checksum: string): Buffer {
  const digest = Buffer.from(checksum, 'base64')
  assert(
    digest.length === digestBytes[algorithm],
    'a kept checksum has the length of its algorithm',
  )
  return digest
}

function read(algorithm: CombinableAlgorithm, checksum: string): Polynomial {
  const digest = decode(algorithm, checksum)
  if (digest.length === 4) return { hi: 0, lo: digest.readInt32BE(0) }
  return { hi: digest.readInt32BE(0), lo: digest.readInt32BE(4) }
}

function write(algorithm: CombinableAlgorithm, value: Polynomial): string {
  const digest = Buffer.alloc(8)
  digest.writeInt32BE(value.hi | 0, 0)
  digest.writeInt32BE(value.lo | 0, 4)
  return digest.subarray(8 - digestBytes[algorithm]).toString('base64')
}
