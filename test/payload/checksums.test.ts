/** The ten checksums against published values, in any chunking, side by side; and wholes made of parts. */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { before, test } from 'node:test'
import fc from 'fast-check'
import type { CombinableAlgorithm } from '../../src/model/checksum-types.ts'
import {
  checksumAlgorithm,
  checksumAlgorithms,
  digestBytes,
} from '../../src/payload/checksums/algorithms.ts'
import { combine, composite, multipartEtag } from '../../src/payload/checksums/combine.ts'
import { checksumOf, createHasher, loadHashers } from '../../src/payload/checksums/hashers.ts'
import { acceleration } from '../harness/acceleration.ts'

before(loadHashers)

const combinable: readonly CombinableAlgorithm[] = ['CRC32', 'CRC32C', 'CRC64NVME']

/** Of the nine bytes '123456789' (the check value of the CRC catalogue and of the xxHash project) and of no byte. */
const published = {
  CRC32: ['cbf43926', '00000000'],
  CRC32C: ['e3069283', '00000000'],
  CRC64NVME: ['ae8b14860a799888', '0000000000000000'],
  SHA1: ['f7c3bc1d808e04732adf679965ccc34ca7ae3441', 'da39a3ee5e6b4b0d3255bfef95601890afd80709'],
  SHA256: ['15e2b0d3c33891ebb0f1ef609ec419420c20e320ce94c65fbc8c3312448eb225', undefined],
  SHA512: [undefined, undefined],
  MD5: ['25f9e794323b453885f5181f1b624d0b', 'd41d8cd98f00b204e9800998ecf8427e'],
  XXHASH64: ['8cb841db40e6ae83', 'ef46db3751d8e999'],
  XXHASH3: [undefined, '2d06800538d394c2'],
  XXHASH128: [undefined, '99aa06d3014798d86001c324468d497f'],
} as const

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex')
}

test('each algorithm gives its published values, most significant byte first', () => {
  for (const algorithm of checksumAlgorithms) {
    const [nine, none] = published[algorithm]
    const digest = checksumOf(algorithm, Buffer.from('123456789'))
    assert.equal(digest.length, digestBytes[algorithm])
    if (nine !== undefined) assert.equal(hex(digest), nine, algorithm)
    if (none !== undefined)
      assert.equal(hex(checksumOf(algorithm, Buffer.alloc(0))), none, algorithm)
  }
})

test('hashers of one algorithm run side by side, in any chunking', () => {
  const chunks = fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 8 })
  const turns = fc.array(fc.nat(3), { maxLength: 40 })
  fc.assert(
    fc.property(
      fc.constantFrom(...checksumAlgorithms),
      fc.array(chunks, { minLength: 1, maxLength: 4 }),
      turns,
      (algorithm, bodies, order) => {
        const running = bodies.map((body) => ({
          hasher: createHasher(algorithm, acceleration.accelerator),
          left: [...body],
        }))
        for (const turn of order) {
          const next = running[turn % running.length]
          const chunk = next?.left.shift()
          if (next !== undefined && chunk !== undefined) next.hasher.update(chunk)
        }
        for (const [index, { hasher, left }] of running.entries()) {
          for (const chunk of left) hasher.update(chunk)
          const whole = Buffer.concat(bodies[index] ?? [])
          assert.equal(hex(hasher.digest()), hex(checksumOf(algorithm, whole)))
        }
      },
    ),
  )
})

/** Bit after bit, as the polynomial is defined. */
function bitwise(modulus: bigint, bits: bigint, bytes: Uint8Array): string {
  const ones = (1n << bits) - 1n
  let crc = ones
  for (const byte of bytes) {
    crc ^= BigInt(byte)
    for (let bit = 0; bit < 8; bit++) crc = (crc & 1n) === 1n ? (crc >> 1n) ^ modulus : crc >> 1n
  }
  return (crc ^ ones).toString(16).padStart(Number(bits) / 4, '0')
}

test('the CRCs of our own are their definitions, whatever the length and where the bytes lie', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat(20), (bytes, from) => {
      const view = bytes.subarray(from)
      const nvme = hex(checksumOf('CRC64NVME', view))
      assert.equal(nvme, bitwise(0x9a6c9329ac4bc9b5n, 64n, view))
      assert.equal(hex(checksumOf('CRC32C', view)), bitwise(0x82f63b78n, 32n, view))
    }),
  )
  // Longer than what is looked at in one call.
  const long = Buffer.alloc(70_000, 'a body of many blocks')
  const parts = [long.subarray(0, 60_000), long.subarray(60_000)]
  const checked = parts.map((part) => ({
    checksum: Buffer.from(checksumOf('CRC64NVME', part)).toString('base64'),
    sizeBytes: part.length,
  }))
  assert.equal(
    combine('CRC64NVME', checked),
    Buffer.from(checksumOf('CRC64NVME', long)).toString('base64'),
  )
})

test('a hasher that is never finished disturbs no other', () => {
  const left = createHasher('XXHASH3')
  left.update(Buffer.from('never finished'))
  assert.equal(hex(checksumOf('XXHASH3', Buffer.alloc(0))), '2d06800538d394c2')
})

test('a combined CRC is the CRC of the concatenation', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...combinable),
      fc.array(fc.uint8Array({ maxLength: 5000 })),
      (algorithm, parts) => {
        const checked = parts.map((part) => ({
          checksum: Buffer.from(checksumOf(algorithm, part)).toString('base64'),
          sizeBytes: part.length,
        }))
        const whole = Buffer.from(checksumOf(algorithm, Buffer.concat(parts))).toString('base64')
        assert.equal(combine(algorithm, checked), whole)
      },
    ),
  )
})

test('10,000 parts combine in well under 50 ms of the processor, whatever the algorithm', () => {
  for (const algorithm of combinable) {
    const checksum = Buffer.alloc(digestBytes[algorithm], 7).toString('base64')
    const parts = Array.from({ length: 10_000 }, (_, index) => ({
      checksum,
      sizeBytes: 8_388_608 + (index % 16),
    }))
    // The best of several, by the processor's clock: this machine may be busy with other tests.
    const tookMs = Array.from({ length: 5 }, () => {
      const begun = process.cpuUsage()
      combine(algorithm, parts)
      const { user, system } = process.cpuUsage(begun)
      return (user + system) / 1000
    })
    assert.ok(Math.min(...tookMs) < 50, algorithm)
  }
})

test('a composite is the checksum of the checksums, an ETag the MD5 of the MD5s', () => {
  const digests = ['a', 'b'].map((text) => createHash('sha256').update(text).digest())
  const expected = createHash('sha256').update(Buffer.concat(digests)).digest('base64')
  assert.equal(
    composite(
      'SHA256',
      digests.map((digest) => digest.toString('base64')),
    ),
    expected,
  )
  const md5s = ['a', 'b'].map((text) => createHash('md5').update(text).digest())
  const etag = createHash('md5').update(Buffer.concat(md5s)).digest('hex')
  assert.equal(multipartEtag(md5s.map((md5) => md5.toString('hex'))), `${etag}-2`)
})

test('algorithms are found by name in any case', () => {
  assert.equal(checksumAlgorithm('crc64nvme'), 'CRC64NVME')
  assert.equal(checksumAlgorithm('crc65'), undefined)
})
