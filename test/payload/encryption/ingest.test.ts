/** What comes in to be sealed: digests and sizes are those of the plain bytes, and the blob says what opens it. */
import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { before, test } from 'node:test'
import { systemChance } from '../../../src/base/chance.ts'
import { Holds } from '../../../src/base/holds.ts'
import { BlobNames } from '../../../src/base/ids.ts'
import { checksumOf, loadHashers } from '../../../src/payload/checksums/hashers.ts'
import { declaredDigests, type DigestMembers } from '../../../src/payload/declared.ts'
import { DigestPlan } from '../../../src/payload/digests.ts'
import type { DataKey } from '../../../src/payload/encryption/envelope.ts'
import { createIngest } from '../../../src/payload/ingest.ts'
import type { Ingested } from '../../../src/payload/ingested.ts'
import type { BlobAbout, BlobStore } from '../../../src/stores/blobs/store.ts'
import type { Encryption } from '../../../src/stores/metadata/records.ts'
import { bodyOf, s3Error } from '../bodies.ts'
import { asked, emitParts, emitted, freshEnvelopes, memoryBlobs, objectOf, place } from './scene.ts'

before(async () => {
  await loadHashers()
})

const envelopes = freshEnvelopes()

interface Door {
  readonly blobs: BlobStore
  readonly abouts: BlobAbout[]
  /** Bytes that the disk was told of. */
  room: number
  take(bytes: Uint8Array, dataKey: DataKey | undefined, sent?: Sent): Promise<Ingested>
}

interface Sent {
  readonly declared?: DigestMembers
  readonly lengthBytes?: number | undefined
}

function door(): Door {
  const blobs = memoryBlobs()
  const abouts: BlobAbout[] = []
  const ingest = createIngest({
    blobs: {
      ...blobs,
      put: (id, bytes, about) => {
        abouts.push(about)
        return blobs.put(id, bytes, about)
      },
      remove: (id) => blobs.remove(id),
    },
    names: new BlobNames(1, systemChance),
    holds: new Holds(),
    metadata: { failure: undefined, abandonBytes: async () => undefined },
    takeRoom: (sizeBytes) => {
      at.room += sizeBytes
    },
  })
  const at: Door = {
    blobs,
    abouts,
    room: 0,
    take: (bytes, dataKey, sent = {}) => {
      const body = bodyOf(bytes, sent)
      return ingest(body, {
        declared: declaredDigests(sent.declared ?? {}, body),
        compute: ['CRC32'],
        sizeBytesMax: 1e9,
        about: { ...place, createdMs: 7, attributes: { storageClass: 'STANDARD' } },
        dataKey,
      })
    },
  }
  return at
}

function md5(bytes: Uint8Array): Buffer {
  return createHash('md5').update(bytes).digest()
}

for (const [request, layers] of asked) {
  for (const size of [0, 9, 200_000]) {
    const bytes = randomBytes(size)

    test(`${request.method}, ${size} bytes: digests, size and ETag`, async () => {
      const at = door()
      const dataKey = await envelopes.create(request, place)
      const declared = { ContentMD5: md5(bytes).toString('base64') }
      for (const sent of [{}, { declared }, { lengthBytes: undefined }]) {
        at.room = 0
        const stored = await at.take(bytes, dataKey, sent)
        assert.equal(stored.sizeBytes, size)
        assert.equal(stored.seal?.sizeBytes, size)
        const crc = Buffer.from(checksumOf('CRC32', bytes)).toString('base64')
        assert.deepEqual(stored.checksums, { CRC32: crc })
        assert.match(stored.etag, /^[0-9a-f]{32}$/)
        assert.equal(stored.etag === md5(bytes).toString('hex'), request.method === 'SSE-S3')
        if (size > 16_384) assert.equal(at.room, size + Math.ceil(size / 65_536) * layers * 16)
      }
    })

    test(`${request.method}, ${size} bytes: what was said of the plain bytes has to hold`, async () => {
      const at = door()
      const dataKey = await envelopes.create(request, place)
      const wrong = [
        { ContentMD5: md5(Buffer.from('other')).toString('base64') },
        { ChecksumSHA1: createHash('sha1').update('other').digest('base64') },
      ]
      for (const declared of wrong) {
        await assert.rejects(at.take(bytes, dataKey, { declared }), s3Error('BadDigest'))
      }
      assert.deepEqual(await Array.fromAsync(at.blobs.list()), [])
      const right = { ChecksumSHA1: createHash('sha1').update(bytes).digest('base64') }
      assert.equal((await at.take(bytes, dataKey, { declared: right })).verified, 'SHA1')
    })
  }

  test(`${request.method}: a blob alone tells who has the keys all that is needed to read it`, async () => {
    const at = door()
    const bytes = randomBytes(150_000)
    const stored = await at.take(bytes, await envelopes.create(request, place))
    stored.keep()
    const about = JSON.parse(JSON.stringify(at.abouts[0])) as Required<BlobAbout>
    const attributes = about.attributes as { encryption: Encryption; storageClass: string }
    assert.equal(attributes.storageClass, 'STANDARD')
    const [blob] = await Array.fromAsync(at.blobs.list())
    assert.ok(blob !== undefined)
    const { sizeBytes: sealedBytes } = (await at.blobs.stat(blob)) ?? { sizeBytes: 0 }
    const sizeBytes = sealedBytes - Math.ceil(sealedBytes / 65_536) * layers * 16
    const customer = request.method === 'SSE-C' ? request : undefined
    const key = await envelopes.open(attributes.encryption, about, customer)
    const locator = { kind: 'blob', blob, offset: 0 } as const
    const seal = { wrapped: about.seal, sizeBytes }
    const found = objectOf({ sizeBytes, locator, seal, bytes: undefined }, key.encryption)
    const range = { offset: 0, lengthBytes: sizeBytes, dataKey: key }
    const whole = await emitted(emitParts(at.blobs), found, range)
    assert.ok(whole.equals(bytes))
  })
}

test('plain bytes are kept as they are, and nothing is said of a seal', async () => {
  const at = door()
  for (const size of [9, 200_000]) {
    const stored = await at.take(randomBytes(size), undefined)
    assert.equal(stored.seal, undefined)
  }
  assert.deepEqual(at.abouts, [
    { ...place, createdMs: 7, attributes: { storageClass: 'STANDARD' } },
  ])
})

test('MD5 is computed where somebody wants it, and nowhere else', () => {
  const body = bodyOf(Buffer.alloc(0))
  const none = declaredDigests({}, body)
  const sent = declaredDigests({ ContentMD5: md5(Buffer.alloc(0)).toString('base64') }, body)
  const plans = [
    new DigestPlan({ declared: none, compute: ['CRC32'], etagIsMd5: false }),
    new DigestPlan({ declared: sent, compute: ['CRC32'], etagIsMd5: false }),
    new DigestPlan({ declared: none, compute: ['CRC32'], etagIsMd5: true }),
    new DigestPlan({ declared: none, compute: ['MD5'], etagIsMd5: false }),
  ]
  const sets = plans.map((plan) => [...plan.algorithms].join(' '))
  assert.deepEqual(sets, ['CRC32', 'CRC32 MD5', 'CRC32 MD5', 'MD5'])
})
