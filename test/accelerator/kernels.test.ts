/** The accelerator's kernels against zlib, OpenSSL and hash-wasm; and what they refuse. */
import assert from 'node:assert/strict'
import { hash, randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { crc32 } from 'node:zlib'
import fc from 'fast-check'
import { createCRC32, createCRC64, createXXHash64 } from 'hash-wasm'
import { crcNumbers, findAccelerator, type Accelerator } from '../../src/base/accelerator.ts'
import { buildAccelerator } from '../../tools/accelerator/build.ts'
import { acceleratorHere } from '../harness/acceleration.ts'

const here = acceleratorHere()

if (here.accelerator === undefined) {
  test('kernels of the accelerator', (t) => {
    assert.ok(!here.isFault, here.why)
    t.skip(here.why)
  })
} else {
  const { accelerator } = here
  describe('kernels of the accelerator', () => {
    crcs(accelerator.crc)
    md5SideBySide(accelerator.md5)
    blockSums(accelerator)
  })
  describe('kernels as processors without long vectors have them', () => {
    const shorter = shortVectors()
    crcs(shorter.crc)
    blockSums(shorter)
  })
}

/** Of a build that takes this processor for one that has none. */
function shortVectors(): Accelerator {
  const folder = mkdtempSync(join(tmpdir(), 'ashlar-short-vectors-'))
  after(() => rmSync(folder, { recursive: true }))
  const file = join(folder, 'accelerator.node')
  assert.equal(buildAccelerator({ file, defines: ['ASHLAR_SHORT_VECTORS'] }).isFault, false)
  const { accelerator } = findAccelerator('auto', file)
  assert.ok(accelerator !== undefined && accelerator.md5 === undefined)
  return accelerator
}

function noneHere(what: string): void {
  test(what, (t) => t.skip('skipped: this processor lacks what it needs'))
}

interface Known {
  readonly which: number
  readonly ones: bigint
  readonly digest: (bytes: Uint8Array) => bigint
}

async function knownCrcs(): Promise<readonly Known[]> {
  const castagnoli = await createCRC32(0x82f63b78)
  const nvme = await createCRC64('9a6c9329ac4bc9b5')
  const read = (hex: string): bigint => BigInt(`0x${hex}`)
  const [short, long] = [0xffff_ffffn, 0xffff_ffff_ffff_ffffn]
  return [
    { which: crcNumbers.crc32, ones: short, digest: (bytes) => BigInt(crc32(bytes)) },
    {
      which: crcNumbers.crc32c,
      ones: short,
      digest: (bytes) => read(castagnoli.init().update(bytes).digest()),
    },
    {
      which: crcNumbers.crc64nvme,
      ones: long,
      digest: (bytes) => read(nvme.init().update(bytes).digest()),
    },
  ]
}

function crcs(crc: Accelerator['crc']): void {
  if (crc === undefined) return noneHere('CRCs')
  test('CRCs of any length, in any parts, wherever they lie', async () => {
    const length = fc.oneof(fc.nat(600), fc.nat(70_000), fc.nat(1_500_000))
    const sizes = fc.array(fc.oneof(fc.nat(300), fc.nat(200_000)), { minLength: 1, maxLength: 4 })
    for (const { which, ones, digest } of await knownCrcs()) {
      fc.assert(
        fc.property(length, fc.nat(70), sizes, (lengthBytes, offset, given) => {
          const bytes = randomBytes(lengthBytes + offset).subarray(offset)
          const before = Buffer.from(bytes)
          let state = ones
          for (let at = 0, turn = 0; at < lengthBytes; turn++) {
            const part = bytes.subarray(at, at + (given[turn % given.length] ?? 0) + 1)
            state = crc(which, state, part)
            at += part.length
          }
          assert.equal(state ^ ones, digest(bytes))
          assert.ok(before.equals(bytes), 'the bytes are as they were')
        }),
        { numRuns: 100 },
      )
    }
  })

  test('CRCs of every length around the edges of a run', async () => {
    const bytes = randomBytes(1200)
    for (const { which, ones, digest } of await knownCrcs()) {
      for (let end = 0; end <= bytes.length; end++) {
        const part = bytes.subarray(end % 7, end)
        assert.equal(crc(which, ones, part) ^ ones, digest(part), `${part.length} bytes`)
      }
    }
  })

  test('a CRC refuses what is none', () => {
    const bytes = Buffer.alloc(8)
    assert.throws(() => crc(3, 0n, bytes), RangeError)
    assert.throws(() => crc(-1, 0n, bytes), TypeError)
    assert.throws(() => crc(0, 1n << 64n, bytes), RangeError)
    assert.throws(() => crc(0, -1n, bytes), RangeError)
    assert.throws(() => crc(0, 0 as never, bytes), RangeError)
    assert.throws(() => crc(0, 0n, new Uint16Array(8) as never), TypeError)
    assert.throws(() => crc(0, 0n, 'text' as never), TypeError)
    assert.throws(() => crc(0, 0n, undefined as never), TypeError)
    assert.throws(() => (crc as () => bigint)(), TypeError)
  })
}

/** Where things lie in a memory of its own: states, addresses, then the bodies. */
const [statesAt, addressesAt, bodiesAt] = [0, 256, 320]

function md5SideBySide(md5: Accelerator['md5']): void {
  if (md5 === undefined) return noneHere('MD5')
  test('MD5 of 16 bodies of any whole blocks, wherever they lie', () => {
    const offsets = fc.array(fc.nat(5000), { minLength: 16, maxLength: 16 })
    fc.assert(
      fc.property(fc.nat(40), offsets, (blocks, places) => {
        const memory = randomBytes(bodiesAt + 5000 + 64 * 41 + 64)
        const words = new DataView(memory.buffer, memory.byteOffset)
        for (let lane = 0; lane < 16; lane++) {
          for (const [word, value] of [0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476].entries())
            words.setUint32(statesAt + 16 * lane + 4 * word, value, true)
          words.setUint32(addressesAt + 4 * lane, bodiesAt + (places[lane] ?? 0), true)
        }
        md5(memory, statesAt, addressesAt, blocks)
        // A last block of its own says that the message ends there: RFC 1321, 3.1 and 3.2.
        const end = Buffer.alloc(64)
        end[0] = 0x80
        end.writeBigUInt64LE(BigInt(blocks * 512), 56)
        end.copy(memory, memory.length - 64)
        const digests = places.map((place) =>
          hash('md5', memory.subarray(bodiesAt + place, bodiesAt + place + 64 * blocks)),
        )
        for (let lane = 0; lane < 16; lane++)
          words.setUint32(addressesAt + 4 * lane, memory.length - 64, true)
        md5(memory, statesAt, addressesAt, 1)
        const computed = digests.map((_, lane) =>
          memory.toString('hex', statesAt + 16 * lane, statesAt + 16 * lane + 16),
        )
        assert.deepEqual(computed, digests)
      }),
      { numRuns: 200 },
    )
  })

  test('MD5 refuses what lies outside of its memory', () => {
    const memory = Buffer.alloc(1024)
    const words = new DataView(memory.buffer, memory.byteOffset)
    md5(memory, 1024 - 256, 960, 16)
    assert.throws(() => md5(memory, 1024 - 255, 0, 1), RangeError)
    assert.throws(() => md5(memory, 0, 961, 1), RangeError)
    assert.throws(() => md5(memory, 0, 256, 17), RangeError)
    assert.throws(() => md5(memory, 0, 256, Number.MAX_SAFE_INTEGER), RangeError)
    assert.throws(() => md5(Buffer.alloc(255), 0, 0, 0), RangeError)
    assert.throws(() => md5(memory, -1, 256, 1), TypeError)
    assert.throws(() => md5(memory, 0.5, 256, 1), TypeError)
    assert.throws(() => md5(memory, Number.NaN, 256, 1), TypeError)
    words.setUint32(256 + 4 * 15, 1024 - 63, true)
    assert.throws(() => md5(memory, 0, 256, 1), RangeError)
    words.setUint32(256 + 4 * 15, 0xffff_ffff, true)
    assert.throws(() => md5(memory, 0, 256, 1), RangeError)
  })
}

function blockSums({ blockSums: summed }: Accelerator): void {
  test('XXH64 of blocks of any size, wherever they lie', async () => {
    const reference = await createXXHash64()
    const check = (lengthBytes: number, blockBytes: number, offset: number): void => {
      const bytes = randomBytes(lengthBytes + offset).subarray(offset)
      const count = Math.ceil(lengthBytes / blockBytes)
      const sums = Buffer.alloc(8 * count + 8, 0xee)
      summed(bytes, blockBytes, sums)
      for (let index = 0; index < count; index++) {
        const block = bytes.subarray(index * blockBytes, (index + 1) * blockBytes)
        const sum = sums.toString('hex', 8 * index, 8 * index + 8)
        assert.equal(sum, reference.init().update(block).digest(), `block ${index}`)
      }
      assert.equal(sums.toString('hex', 8 * count), 'ee'.repeat(8), 'nothing beyond is written')
    }
    for (let length = 0; length < 200; length++) check(length, 65_536, length % 9)
    for (let block = 1; block < 80; block++) check(4 * block + 3, block, 1)
    for (const blocks of [1, 3, 4, 5, 8, 16, 17]) {
      for (const more of [-1, 0, 1]) check(65_536 * blocks + more, 65_536, 0)
    }
    const block = fc.integer({ min: 1, max: 70_000 })
    fc.assert(fc.property(fc.nat(400_000), block, fc.nat(70), check), { numRuns: 40 })
  })

  test('sums need room, and blocks a size', () => {
    const sums = Buffer.alloc(16)
    summed(Buffer.alloc(0), 10, Buffer.alloc(0))
    summed(Buffer.alloc(20), 10, sums)
    assert.throws(() => summed(Buffer.alloc(21), 10, sums), RangeError)
    assert.throws(() => summed(Buffer.alloc(1), 0, sums), RangeError)
    assert.throws(() => summed([] as never, 10, sums), TypeError)
    assert.throws(() => summed(Buffer.alloc(1), 10, new BigUint64Array(2) as never), TypeError)
    const gone = Buffer.from(new ArrayBuffer(20))
    gone.buffer.transfer()
    summed(gone, 10, Buffer.alloc(0))
  })
}
