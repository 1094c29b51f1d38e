/** Any range of any size of an encrypted object equals the plain bytes, however it is stored and cut. */
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { before, test } from 'node:test'
import fc from 'fast-check'
import { loadHashers } from '../../../src/payload/checksums/hashers.ts'
import type { AskedEncryption } from '../../../src/payload/encryption/envelope.ts'
import { openFileBlobs } from '../../../src/stores/blobs/files.ts'
import type { BlobStore } from '../../../src/stores/blobs/store.ts'
import { freshFolder } from '../../stores/blobs/fresh.ts'
import {
  asked,
  edges,
  emitParts,
  emitted,
  freshEnvelopes,
  ingested,
  memoryBlobs,
  objectOf,
  place,
  runOf,
} from './scene.ts'

before(async () => {
  await loadHashers()
})

const envelopes = freshEnvelopes()

const size = fc.oneof(fc.constantFrom(...edges), fc.nat(400_000))
const cut = fc.record({ size, from: fc.nat(1_000_000), to: fc.nat(1_000_000) })

function ends({ size, from, to }: { size: number; from: number; to: number }): [number, number] {
  const [low, high] = [from % (size + 1), to % (size + 1)]
  return low <= high ? [low, high] : [high, low]
}

interface Trial {
  readonly request: AskedEncryption
  readonly layers: number
  readonly runs: number
}

async function anyRange(blobs: BlobStore, { request, layers, runs }: Trial): Promise<void> {
  const customer = request.method === 'SSE-C' ? request : undefined
  const cases = fc.record({ cut, chunkBytes: fc.constantFrom(1000, 65_536, 200_003) })
  const property = fc.asyncProperty(cases, async ({ cut, chunkBytes }) => {
    const made = await envelopes.create(request, place)
    const bytes = randomBytes(cut.size)
    const stored = await ingested(blobs, bytes, { dataKey: made, chunkBytes })
    const hidden = stored.locator.kind === 'bytes' ? stored.locator.bytes.length : undefined
    if (hidden !== undefined) assert.equal(hidden, cut.size + (cut.size === 0 ? 0 : layers * 16))
    const key = await envelopes.open(made.encryption, place, customer)
    const [from, to] = ends(cut)
    const range = { offset: from, lengthBytes: to - from, dataKey: key }
    const found = objectOf(runOf(stored), made.encryption)
    const got = await emitted(emitParts(blobs), found, range)
    assert.ok(got.equals(bytes.subarray(from, to)))
  })
  await fc.assert(property, { numRuns: runs })
}

for (const [request, layers] of asked) {
  test(`${request.method}: any range of any size, in memory`, async () => {
    await anyRange(memoryBlobs(), { request, layers, runs: 150 })
  })
  test(`${request.method}: any range of any size, in files`, async () => {
    await using blobs = await openFileBlobs({
      directory: await freshFolder(),
      onFatal: (error) => assert.fail(String(error)),
    })
    await anyRange(blobs, { request, layers, runs: 25 })
  })
}
