/** Ingest: bodies become bytes that nobody sees yet, or nothing at all. */
import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { before, test } from 'node:test'
import fc from 'fast-check'
import { systemChance } from '../../src/base/chance.ts'
import { Holds } from '../../src/base/holds.ts'
import { BlobNames, type FileId } from '../../src/base/ids.ts'
import { inlineBytesMax } from '../../src/base/limits.ts'
import type { ChecksumAlgorithm } from '../../src/payload/checksums/algorithms.ts'
import { checksumOf, loadHashers } from '../../src/payload/checksums/hashers.ts'
import { declaredDigests, type DigestMembers } from '../../src/payload/declared.ts'
import { acceleration } from '../harness/acceleration.ts'
import { createIngest, type Ingest } from '../../src/payload/ingest.ts'
import type { Ingested } from '../../src/payload/ingested.ts'
import { memoryBlobs } from '../../src/stores/blobs/memory.ts'
import type { BlobStore } from '../../src/stores/blobs/store.ts'
import { bodyOf, s3Error, type BodyFacts } from './bodies.ts'

before(async () => {
  await loadHashers()
})

/** Remembers the names it gave. */
class RememberedNames extends BlobNames {
  readonly given: FileId[] = []

  override next(): FileId {
    const id = super.next()
    this.given.push(id)
    return id
  }
}

const abandonBytes = async (): Promise<void> => assert.fail('there is no pack')

interface Bench {
  readonly blobs: BlobStore
  readonly names: RememberedNames
  readonly holds: Holds
  readonly ingest: Ingest
}

function bench(): Bench {
  const blobs = memoryBlobs()
  const holds = new Holds()
  const names = new RememberedNames(1, systemChance)
  return {
    blobs,
    holds,
    names,
    ingest: createIngest({
      ...acceleration,
      blobs,
      holds,
      names,
      metadata: { failure: undefined, abandonBytes },
    }),
  }
}

interface Sent extends BodyFacts {
  readonly declared?: DigestMembers
  readonly compute?: readonly ChecksumAlgorithm[]
  readonly sizeBytesMax?: number
}

function take(ingest: Ingest, bytes: Uint8Array, sent: Sent = {}): Promise<Ingested> {
  const body = bodyOf(bytes, sent)
  return ingest(body, {
    declared: declaredDigests(sent.declared ?? {}, body),
    compute: sent.compute ?? [],
    sizeBytesMax: sent.sizeBytesMax ?? 100_000_000,
    about: { bucket: 'b', key: 'k', createdMs: 0 },
  })
}

async function stored({ blobs }: Bench, { locator, sizeBytes }: Ingested): Promise<Buffer> {
  if (locator.kind === 'bytes') return Buffer.from(locator.bytes)
  assert.equal(locator.kind, 'blob')
  if (locator.kind !== 'blob') return Buffer.alloc(0)
  return Buffer.concat(
    await Array.fromAsync(blobs.get(locator.blob, { offset: 0, lengthBytes: sizeBytes })),
  )
}

function base64(algorithm: ChecksumAlgorithm, bytes: Uint8Array): string {
  return Buffer.from(checksumOf(algorithm, bytes)).toString('base64')
}

/** No blob is there, none is held. */
async function assertNothingLeft({ blobs, holds, names }: Bench): Promise<void> {
  assert.deepEqual(await Array.fromAsync(blobs.list()), [])
  assert.ok(names.given.every((id) => !holds.has(`blob:${id}`)))
}

test('the kind of place follows from the size alone, the bytes from no chunking', async () => {
  const sizes = fc.oneof(fc.nat(40_000), fc.constantFrom(0, inlineBytesMax, inlineBytesMax + 1))
  await fc.assert(
    fc.asyncProperty(
      sizes,
      fc.integer({ min: 100, max: 50_000 }),
      fc.boolean(),
      async (sizeBytes, chunkBytes, known) => {
        const at = bench()
        const bytes = randomBytes(sizeBytes)
        const facts = known ? { chunkBytes } : { chunkBytes, lengthBytes: undefined }
        const ingested = await take(at.ingest, bytes, { ...facts, compute: ['CRC64NVME'] })
        assert.equal(ingested.sizeBytes, sizeBytes)
        assert.equal(ingested.locator.kind, sizeBytes <= inlineBytesMax ? 'bytes' : 'blob')
        assert.equal(ingested.etag, createHash('md5').update(bytes).digest('hex'))
        assert.deepEqual(ingested.checksums, { CRC64NVME: base64('CRC64NVME', bytes) })
        assert.ok((await stored(at, ingested)).equals(bytes))
      },
    ),
  )
})

for (const sizeBytes of [9, 200_000]) {
  const bytes = randomBytes(sizeBytes)
  const name = 'x-amz-checksum-crc32'

  test(`${sizeBytes} bytes: what was declared is verified and kept, beside what is computed (rows 22, 30)`, async () => {
    const { ingest } = bench()
    const declared = { ChecksumSHA1: base64('SHA1', bytes), ContentMD5: base64('MD5', bytes) }
    const header = await take(ingest, bytes, { declared, compute: ['CRC64NVME'] })
    assert.deepEqual(header.checksums, {
      SHA1: declared.ChecksumSHA1,
      CRC64NVME: base64('CRC64NVME', bytes),
    })
    assert.equal(header.verified, 'SHA1')
    const trailing = await take(ingest, bytes, { trailer: [name, base64('CRC32', bytes)] })
    assert.deepEqual(trailing.checksums, { CRC32: base64('CRC32', bytes) })
    assert.equal(trailing.verified, 'CRC32')
    const md5 = await take(ingest, bytes, { declared: { ChecksumMD5: base64('MD5', bytes) } })
    assert.deepEqual(md5.checksums, { MD5: base64('MD5', bytes) })
  })

  test(`${sizeBytes} bytes: what does not hold leaves nothing (rows 18, 19, 21, 22, 12)`, async () => {
    const at = bench()
    const other = Buffer.from('other')
    const refused: ReadonlyArray<readonly [Sent, object]> = [
      [{ declared: { ContentMD5: base64('MD5', other) } }, s3Error('BadDigest')],
      [
        { declared: { ChecksumCRC32C: base64('CRC32C', other) } },
        s3Error('BadDigest', 'The CRC32C you specified did not match the calculated checksum.'),
      ],
      [{ trailer: [name, base64('CRC32', other)] }, s3Error('BadDigest')],
      [{ trailer: [name, 'AAA'] }, s3Error('InvalidRequest')],
      [{ announcedTrailer: name }, s3Error('MalformedTrailerError')],
      [{ lengthBytes: sizeBytes + 1 }, s3Error('IncompleteBody')],
      [{ lengthBytes: sizeBytes - 1 }, s3Error('IncompleteBody')],
      [{ error: new Error('the client is gone') }, { message: 'the client is gone' }],
      [
        { sizeBytesMax: 8 },
        s3Error('EntityTooLarge', undefined, { ProposedSize: sizeBytes, MaxSizeAllowed: 8 }),
      ],
      [{ sizeBytesMax: 8, lengthBytes: undefined }, s3Error('EntityTooLarge')],
    ]
    for (const [sent, error] of refused) {
      await assert.rejects(take(at.ingest, bytes, sent), error)
      await assertNothingLeft(at)
    }
  })
}

test('row 8: what is known to be too large is refused before a byte is read', async () => {
  const { ingest } = bench()
  const body = bodyOf(Buffer.alloc(0), { lengthBytes: 11 })
  const unread = { ...body, [Symbol.asyncIterator]: () => assert.fail('the body was read') }
  const plan = {
    declared: declaredDigests({}, body),
    compute: [],
    sizeBytesMax: 10,
    about: { bucket: 'b', key: 'k', createdMs: 0 },
  }
  await assert.rejects(
    ingest(unread, plan),
    s3Error('EntityTooLarge', undefined, { ProposedSize: 11, MaxSizeAllowed: 10 }),
  )
})

test('a blob is held while it is written and until it is kept or forgotten', async () => {
  const at = bench()
  const seen: boolean[] = []
  const bytes = randomBytes(100_000)
  const body = bodyOf(bytes)
  const watched = {
    ...body,
    async *[Symbol.asyncIterator]() {
      for await (const chunk of body) {
        const [id] = await Array.fromAsync(at.blobs.list())
        if (id !== undefined) seen.push(at.holds.has(`blob:${id}`))
        yield chunk
      }
    },
  }
  const plan = {
    declared: declaredDigests({}, body),
    compute: [],
    sizeBytesMax: 1_000_000,
    about: { bucket: 'b', key: 'k', createdMs: 0 },
  }
  const kept = await at.ingest(watched, plan)
  assert.deepEqual(seen, [true, true])
  const [id] = await Array.fromAsync(at.blobs.list())
  assert.ok(id !== undefined && at.holds.has(`blob:${id}`))
  kept.keep()
  await kept[Symbol.asyncDispose]()
  assert.equal(at.holds.has(`blob:${id}`), false)
  assert.deepEqual(await at.blobs.stat(id), { sizeBytes: 100_000 }, 'what was kept stays')

  const forgotten = await take(at.ingest, bytes)
  await forgotten[Symbol.asyncDispose]()
  assert.deepEqual(await Array.fromAsync(at.blobs.list()), [id], 'what was not kept goes')
})

test('a blob stays when the store that was to name it has failed: its row may be durable', async () => {
  const blobs = memoryBlobs()
  const metadata: { failure: Error | undefined; abandonBytes: typeof abandonBytes } = {
    failure: undefined,
    abandonBytes,
  }
  const names = new RememberedNames(1, systemChance)
  const ingest = createIngest({ ...acceleration, blobs, holds: new Holds(), names, metadata })
  const stored = await take(ingest, randomBytes(100_000))
  metadata.failure = new Error('the commit failed')
  await stored[Symbol.asyncDispose]()
  assert.deepEqual(await Array.fromAsync(blobs.list()), names.given)
})
