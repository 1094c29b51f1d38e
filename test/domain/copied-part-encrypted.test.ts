/** Parts copied from encrypted objects: no byte of a blob moves, and what is read under the upload's key is what was copied. */
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { before, test } from 'node:test'
import fc from 'fast-check'
import { copiedPart, type Stretch } from '../../src/domain/copied-part.ts'
import { combine, composite, multipartEtag } from '../../src/payload/checksums/combine.ts'
import { loadHashers } from '../../src/payload/checksums/hashers.ts'
import { runsBetween } from '../../src/payload/encryption/data-key.ts'
import type { AskedEncryption, DataKey } from '../../src/payload/encryption/envelope.ts'
import { openMemoryMetadata } from '../../src/stores/metadata/memory.ts'
import type { MetadataStore } from '../../src/stores/metadata/store.ts'
import {
  accepted,
  completion,
  newBucket,
  newObject,
  newPart,
  newUpload,
  plain,
} from '../contracts/metadata/scene.ts'
import {
  customer,
  emitted,
  emitParts,
  freshEnvelopes,
  ingested,
  kms,
  memoryBlobs,
  place,
} from '../payload/encryption/scene.ts'

before(async () => {
  await loadHashers()
})

const digests = { combine, composite, multipartEtag }
const envelopes = freshEnvelopes()
const blobs = memoryBlobs()

interface Made {
  readonly metadata: MetadataStore
  readonly bucket: number
  /** A key of the source and one of the uploads that copies go to. */
  readonly from: DataKey
  readonly to: DataKey
}

async function made(from: AskedEncryption, to: AskedEncryption): Promise<Made> {
  const metadata = openMemoryMetadata({ now: () => 0 })
  const { id: bucket } = accepted(await metadata.createBucket(newBucket('b')))
  return {
    metadata,
    bucket,
    from: await envelopes.create(from, place),
    to: await envelopes.create(to, place),
  }
}

/** An object of parts of these sizes, or of one piece when there is one size. */
async function source(at: Made, sizes: readonly number[], plainBytes: Buffer): Promise<void> {
  const attributes = { ...plain, encryption: at.from.encryption }
  const pieces = sizes.map((size, index) => {
    const start = sizes.slice(0, index).reduce((sum, one) => sum + one, 0)
    return plainBytes.subarray(start, start + size)
  })
  const stored = await Promise.all(pieces.map((piece) => ingested(blobs, piece, at.from)))
  const [only] = stored
  if (stored.length === 1 && only !== undefined) {
    const { sizeBytes, locator, seal } = only
    const object = newObject(at.bucket, 'k', { sizeBytes, locator, seal, attributes })
    accepted(await at.metadata.putObject(object, {}))
    return
  }
  const upload = { ...newUpload(at.bucket, 'k', 'source'), attributes }
  accepted(await at.metadata.createUpload(upload))
  const parts = []
  for (const [index, { sizeBytes, locator, seal }] of stored.entries()) {
    const part = newPart(index + 1, { sizeBytes, runs: [{ sizeBytes, locator, seal }] })
    parts.push(accepted(await at.metadata.putPart('source', part)))
  }
  const complete = completion(upload, parts)
  const object = { ...complete.object, attributes }
  accepted(await at.metadata.completeUpload({ ...complete, object }))
}

/** Copies the range as the one part of an object `k`, which is then the next source. */
async function copy(at: Made, [from, to]: readonly [number, number]): Promise<Made> {
  const found = await at.metadata.getObject(at.bucket, 'k')
  assert.ok(found !== undefined)
  const copying = runsBetween(at.from, at.to)
  const stretch: Stretch = { found, range: { offset: from, lengthBytes: to - from }, copying }
  const copied = await copiedPart({ metadata: at.metadata, digests }, stretch, undefined)
  const again = await copiedPart({ metadata: at.metadata, digests }, stretch, undefined)
  assert.equal(again.etag, copied.etag, 'asked twice, the same answer')
  const attributes = { ...plain, encryption: at.to.encryption }
  const upload = {
    ...newUpload(at.bucket, 'k', `u${from}-${to}-${at.to.encryption.wrapped}`),
    attributes,
  }
  accepted(await at.metadata.createUpload(upload))
  const part = accepted(await at.metadata.putPart(upload.uploadId, newPart(1, { ...copied })))
  const complete = completion(upload, [part])
  const object = { ...complete.object, attributes }
  accepted(await at.metadata.completeUpload({ ...complete, object }))
  return { ...at, from: at.to, to: at.from }
}

async function whole(at: Made): Promise<Buffer> {
  const found = await at.metadata.getObject(at.bucket, 'k')
  assert.ok(found !== undefined)
  const range = { offset: 0, lengthBytes: found.row.sizeBytes, dataKey: at.from }
  return await emitted({ ...emitParts(blobs), metadata: at.metadata }, found, range)
}

const size = fc.oneof(fc.constantFrom(0, 1, 16_384, 65_504, 65_520, 65_521), fc.nat(200_000))
const sources = fc.record({
  sizes: fc.array(size, { minLength: 1, maxLength: 4 }),
  cuts: fc.array(fc.tuple(fc.nat(1_000_000), fc.nat(1_000_000)), { minLength: 1, maxLength: 3 }),
})

const pairs: ReadonlyArray<readonly [from: AskedEncryption, to: AskedEncryption]> = [
  [customer(1), kms('SSE-KMS')],
  [{ method: 'SSE-S3' }, customer(2)],
  [kms('DSSE-KMS', 'testkey-1'), kms('DSSE-KMS', 'testkey-2')],
]

for (const [from, to] of pairs) {
  test(`ranges of ranges, ${from.method} to ${to.method} and back`, async () => {
    const property = fc.asyncProperty(sources, async ({ sizes, cuts }) => {
      let at = await made(from, to)
      await using _closed = at.metadata
      let bytes = randomBytes(sizes.reduce((sum, one) => sum + one, 0))
      await source(at, sizes, bytes)
      const before = (await Array.fromAsync(blobs.list())).length
      for (const [low, high] of cuts) {
        const ends = [low, high].map((end) => end % (bytes.length + 1)).toSorted((a, b) => a - b)
        const [start = 0, end = 0] = ends
        at = await copy(at, [start, end])
        bytes = bytes.subarray(start, end)
        assert.ok((await whole(at)).equals(bytes))
      }
      assert.equal((await Array.fromAsync(blobs.list())).length, before, 'a blob was written')
    })
    await fc.assert(property, { numRuns: 40 })
  })
}

test('sealed runs are never copied as if they were plain, nor plain ones as if they were sealed', async () => {
  const at = await made({ method: 'SSE-S3' }, { method: 'SSE-S3' })
  await using _closed = at.metadata
  for (const sizes of [[10], [100_000], [10, 100_000]]) {
    await source(at, sizes, randomBytes(200_000))
    const found = await at.metadata.getObject(at.bucket, 'k')
    assert.ok(found !== undefined)
    const range = { offset: 0, lengthBytes: found.row.sizeBytes }
    const rules = { metadata: at.metadata, digests }
    await assert.rejects(copiedPart(rules, { found, range }, undefined), {
      name: 'AssertionFailed',
    })
    const unsealed = { ...found.row, attributes: { ...plain, encryption: undefined } }
    const lying = { found: { ...found, row: unsealed }, range }
    await assert.rejects(copiedPart(rules, lying, undefined), { name: 'AssertionFailed' })
  }
})
