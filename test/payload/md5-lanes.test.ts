/** MD5 side by side: whatever the sizes, the chunks and the company, each body's digest is node:crypto's. */
import assert from 'node:assert/strict'
import { hash } from 'node:crypto'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  bodiesMax,
  Md5Lanes,
  ringBytes,
  ringsBytes,
} from '../../src/payload/checksums/md5-lanes.ts'
import { createKernels } from '../../src/base/kernels/kernels.ts'
import { acceleration } from '../harness/acceleration.ts'

/** Bytes that differ from body to body and from block to block. */
function bytesOf(body: number, lengthBytes: number): Buffer {
  const bytes = Buffer.allocUnsafe(lengthBytes)
  let word = body + 1
  for (let at = 0; at < lengthBytes; at++) {
    word = (Math.imul(word, 1_664_525) + 1_013_904_223) | 0
    bytes[at] = word >>> 24
  }
  return bytes
}

/** Sends `bytes` in chunks of these sizes, over and over, and destroys each chunk as soon as it was taken. */
async function digestOf(lanes: Md5Lanes, bytes: Buffer, sizes: readonly number[]): Promise<string> {
  const md5 = lanes.open()
  try {
    for (let at = 0, turn = 0; at < bytes.length; turn++) {
      const chunk = Buffer.from(bytes.subarray(at, at + (sizes[turn % sizes.length] ?? 1)))
      at += chunk.length
      const room = md5.update(chunk)
      if (room !== undefined) await room
      chunk.fill(0)
    }
    return Buffer.from(await md5.digest()).toString('hex')
  } finally {
    md5.drop()
  }
}

test('every length around blocks and rings, alone and in company', async () => {
  const lanes = new Md5Lanes(createKernels(ringsBytes, acceleration.accelerator))
  const lengths = [
    ...Array.from({ length: 200 }, (_, length) => length),
    ...[-65, -64, -63, -9, -8, -1, 0, 1, 63, 64, 65].map((more) => ringBytes + more),
    ...[-1, 0, 1].map((more) => 3 * ringBytes + more),
  ]
  for (const length of lengths) {
    const bytes = bytesOf(length, length)
    assert.equal(await digestOf(lanes, bytes, [1000]), hash('md5', bytes), `${length} bytes alone`)
  }
  const bodies = lengths.map((length) => bytesOf(length + 7, length))
  const digests = await Promise.all(bodies.map((bytes) => digestOf(lanes, bytes, [777])))
  assert.deepEqual(
    digests,
    bodies.map((bytes) => hash('md5', bytes)),
  )
})

test('any number of bodies of any sizes in any chunks', async () => {
  const lanes = new Md5Lanes(createKernels(ringsBytes, acceleration.accelerator))
  const body = fc.record({
    lengthBytes: fc.oneof(fc.nat(200), fc.nat(4 * ringBytes)),
    sizes: fc.array(
      fc.oneof(fc.integer({ min: 1, max: 200 }), fc.integer({ min: 60_000, max: 3 * ringBytes })),
      {
        minLength: 1,
        maxLength: 4,
      },
    ),
  })
  await fc.assert(
    fc.asyncProperty(fc.array(body, { minLength: 1, maxLength: 20 }), async (bodies) => {
      const contents = bodies.map(({ lengthBytes }, index) => bytesOf(index, lengthBytes))
      const digests = await Promise.all(
        bodies.map(({ sizes }, index) =>
          digestOf(lanes, contents[index] ?? Buffer.alloc(0), sizes),
        ),
      )
      for (const [index, digest] of digests.entries()) {
        assert.equal(digest, hash('md5', contents[index] ?? ''), `body ${index}`)
      }
    }),
    { numRuns: 60 },
  )
})

/** Lanes, and the names of the kernels that they call. */
function watched(): { lanes: Md5Lanes; calls: string[] } {
  const kernels = createKernels(ringsBytes, acceleration.accelerator)
  const calls: string[] = []
  const run = new Proxy(kernels.run, {
    get: (functions, name) => {
      calls.push(String(name))
      return Reflect.get(functions, name) as unknown
    },
  })
  return { lanes: new Md5Lanes({ ...kernels, run }), calls }
}

test('a body that is dropped leaves its lane, and those that come after it see none of its bytes', async () => {
  const { lanes, calls } = watched()
  for (let round = 0; round < 3; round++) {
    for (let index = 0; index < bodiesMax; index++) {
      const left = lanes.open()
      void left.update(Buffer.alloc(ringBytes - index, 0xee))
      left.drop()
    }
    const bytes = bytesOf(round, ringBytes + 100)
    assert.equal(await digestOf(lanes, bytes, [5000]), hash('md5', bytes))
    assert.deepEqual(new Set(calls.splice(0)), new Set(['md5']), 'it had a lane')
  }
})

test('beyond the lanes that there are a body is hashed alone', async () => {
  const lanes = new Md5Lanes(createKernels(ringsBytes, acceleration.accelerator))
  const bodies = Array.from({ length: bodiesMax + 3 }, (_, index) => bytesOf(index, 70_000 + index))
  const digests = await Promise.all(bodies.map((bytes) => digestOf(lanes, bytes, [9999])))
  assert.deepEqual(
    digests,
    bodies.map((bytes) => hash('md5', bytes)),
  )
})

test('a body that is told nothing more takes nobody`s time, and one that cannot wait does not wait for it', async () => {
  const { lanes, calls } = watched()
  const idle = lanes.open()
  assert.equal(idle.update(bytesOf(1, 100)), undefined)
  const bytes = bytesOf(2, 2 * ringBytes)
  assert.equal(await digestOf(lanes, bytes, [50_000]), hash('md5', bytes))
  assert.deepEqual(new Set(calls), new Set(['md5']))
  idle.drop()
})
