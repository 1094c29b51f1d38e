/** The kernels against their definitions: sparse multiples are multiples, CRCs and XXH64 are what zlib and hash-wasm say. */
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { crc32 } from 'node:zlib'
import fc from 'fast-check'
import { createCRC32, createCRC64, createXXHash64 } from 'hash-wasm'
import { createKernels, stagingBytes } from '../../src/base/kernels/kernels.ts'
import { sparseMultiples, type SparseMultiple } from '../../tools/kernels/sparse.ts'

/** x to the power of `exponent`, reduced bit after bit. Reversed as the CRCs are: the lowest bit is the highest power. */
function powerOfX(exponent: number, { modulus, bits }: SparseMultiple): bigint {
  let power = 1n << BigInt(bits - 1)
  for (let bit = 0; bit < exponent; bit++) {
    power = (power & 1n) === 1n ? (power >> 1n) ^ modulus : power >> 1n
  }
  return power
}

function remainder(multiple: SparseMultiple, distances: readonly number[]): bigint {
  const longest = Math.max(...distances)
  const terms = [0, ...distances].map((distance) => 8 * (longest - distance))
  return terms.reduce((sum, exponent) => sum ^ powerOfX(exponent, multiple), 0n)
}

test('a sparse multiple is a multiple, and no other polynomial is', () => {
  for (const multiple of sparseMultiples) {
    const { name, distances } = multiple
    assert.equal(remainder(multiple, distances), 0n, name)
    assert.ok(Math.min(...distances) >= 16, 'no vector waits for itself')
    assert.ok(Math.max(...distances) <= 8192, 'what was before the beginning is zero')
    const [first = 0, ...others] = distances
    assert.notEqual(remainder(multiple, [first + 1, ...others]), 0n, `${name} is off by a byte`)
  }
})

const kernels = createKernels(1024 * 1024)
const ones = { 32: 0xffff_ffffn, 64: 0xffff_ffff_ffff_ffffn } as const
const historyBytes = 8192

/** The CRC of bytes at an address, in parts of these sizes. All memory that is not theirs holds something else each time. */
function crcOf(multiple: SparseMultiple, bytes: Uint8Array, given: Layout): string {
  const { run, memory, work, room } = kernels
  memory.set(randomBytes(stagingBytes), work + historyBytes)
  const around = randomBytes(bytes.length + 256)
  memory.set(around, room)
  memory.set(bytes, room + given.offset)
  const kernel = run[multiple.name as 'crc32' | 'crc32c' | 'crc64nvme']
  const mask = ones[multiple.bits]
  const tables = kernels.tables(multiple.modulus)
  let state: bigint = mask
  for (let at = 0, turn = 0; at < bytes.length; turn++) {
    const size = Math.min(bytes.length - at, given.sizes[turn % given.sizes.length] ?? 1)
    state = kernel(tables, work, state, room + given.offset + at, size)
    at += size
  }
  const own = memory.subarray(room + given.offset, room + given.offset + bytes.length)
  assert.equal(Buffer.compare(own, bytes), 0, 'the bytes are as they were')
  assert.ok(memory.subarray(work, work + historyBytes).every((byte) => byte === 0))
  const crc = BigInt.asUintN(64, state ^ mask)
  return crc.toString(16).padStart(multiple.bits / 4, '0')
}

interface Layout {
  /** Where the bytes begin. */
  readonly offset: number
  readonly sizes: readonly number[]
}

const expected: Readonly<Record<string, (bytes: Uint8Array) => Promise<string>>> = {
  crc32: async (bytes) => crc32(bytes).toString(16).padStart(8, '0'),
  crc32c: async (bytes) => (await createCRC32(0x82f63b78)).init().update(bytes).digest(),
  crc64nvme: async (bytes) => (await createCRC64('9a6c9329ac4bc9b5')).init().update(bytes).digest(),
}

test('CRCs of any length, in any parts, wherever they lie', async () => {
  const length = fc.oneof(
    fc.nat(300),
    // Around twice the length of the multiples, where the division begins, and around a whole run of it.
    fc.integer({ min: 2_000, max: 14_000 }),
    fc.integer({ min: 65_400, max: 65_700 }),
    fc.nat(300_000),
  )
  const sizes = fc.array(fc.oneof(fc.integer({ min: 1, max: 300 }), fc.nat(200_000)), {
    minLength: 1,
    maxLength: 4,
  })
  for (const multiple of sparseMultiples) {
    await fc.assert(
      fc.asyncProperty(length, fc.nat(70), sizes, async (lengthBytes, offset, parts) => {
        const bytes = randomBytes(lengthBytes)
        const whole = await expected[multiple.name]?.(bytes)
        const layout = { offset, sizes: parts.map((size) => Math.max(size, 1)) }
        assert.equal(crcOf(multiple, bytes, layout), whole)
      }),
      { numRuns: 150 },
    )
  }
})

test('each length around the edges of a division, alone and after other bytes', async () => {
  for (const multiple of sparseMultiples) {
    const longest = Math.max(...multiple.distances)
    const edges = [longest, 2 * longest, 65_536, 65_536 + 2 * longest].map((edge) => edge & ~63)
    const lengths = edges.flatMap((edge) =>
      Array.from({ length: 140 }, (_, index) => edge - 6 + index),
    )
    for (const lengthBytes of lengths) {
      const bytes = randomBytes(lengthBytes)
      const whole = await expected[multiple.name]?.(bytes)
      assert.equal(crcOf(multiple, bytes, { offset: 0, sizes: [lengthBytes] }), whole)
      assert.equal(crcOf(multiple, bytes, { offset: 3, sizes: [17, lengthBytes] }), whole)
    }
  }
})

test('XXH64 of any length, wherever it lies', async () => {
  const reference = await createXXHash64()
  const { run, memory, room } = kernels
  const check = (lengthBytes: number, offset: number): void => {
    const bytes = randomBytes(lengthBytes)
    memory.set(randomBytes(lengthBytes + 256), room)
    memory.set(bytes, room + offset)
    const sum = BigInt.asUintN(64, run.xxh64(room + offset, lengthBytes))
    assert.equal(sum.toString(16).padStart(16, '0'), reference.init().update(bytes).digest())
  }
  for (let lengthBytes = 0; lengthBytes < 200; lengthBytes++) check(lengthBytes, lengthBytes % 9)
  fc.assert(fc.property(fc.nat(70_000), fc.nat(70), check))
})
