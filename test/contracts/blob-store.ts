/** What every blob store must hold (src/stores/blobs/store.ts), as one suite that runs on each of them. */
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { systemChance } from '../../src/base/chance.ts'
import { free } from '../../src/base/free.ts'
import { BlobNames, type BlobId } from '../../src/base/ids.ts'
import {
  BlobExists,
  BlobMissing,
  type BlobAbout,
  type BlobStore,
} from '../../src/stores/blobs/store.ts'

export const about: BlobAbout = {
  bucket: 'quarry',
  key: 'stone/ä/1',
  createdMs: 1_790_000_000_000,
  uploadId: 'u1',
  partNumber: 7,
}

/** Sizes around every edge of blocks, pieces and pages. */
const block = 65_536
const edges = [
  0,
  1,
  4095,
  4096,
  block - 1,
  block,
  block + 1,
  15 * block,
  15 * block + 1,
  16 * block,
  16 * block + 1,
  17 * block,
  17 * block + 1,
  31 * block,
  31 * block + 9,
  5_000_001,
]

export async function* inChunks(bytes: Uint8Array, chunkBytes: number): AsyncGenerator<Uint8Array> {
  for (let from = 0; from < bytes.length; from += chunkBytes) {
    yield bytes.subarray(from, from + chunkBytes)
  }
}

/** As a stream. */
export async function streamed(
  store: BlobStore,
  id: BlobId,
  range: { offset: number; lengthBytes: number },
): Promise<Buffer> {
  return Buffer.concat(await Array.fromAsync(store.get(id, range)))
}

/** As a stream; where the bytes may be had in hand, they are the same, or their absence is. */
export async function read(
  store: BlobStore,
  id: BlobId,
  range: { offset: number; lengthBytes: number },
): Promise<Buffer> {
  const [stream, inHand] = await Promise.allSettled([
    streamed(store, id, range),
    store.get(id, range).inHand?.(),
  ])
  const hasBoth = inHand.status === 'rejected' || inHand.value !== undefined
  if (stream.status === 'rejected') {
    if (hasBoth) assert.deepEqual(inHand, stream)
    throw stream.reason
  }
  const bytes = stream.value
  if (!hasBoth) return bytes
  assert.ok(inHand.status === 'fulfilled' && bytes.equals(inHand.value ?? Buffer.alloc(0)))
  free(inHand.value ?? Buffer.alloc(0))
  return bytes
}

async function* broken(): AsyncGenerator<Uint8Array> {
  yield randomBytes(3_000_000)
  throw new Error('the client is gone')
}

/** `open` gives a fresh, empty store. */
export function blobStoreContract(name: string, open: () => Promise<BlobStore>): void {
  describe(`blob store contract: ${name}`, () => {
    const names = new BlobNames(5, systemChance)

    test('bytes come back as they went in, at every edge', async () => {
      await using store = await open()
      for (const sizeBytes of edges) {
        const id = names.next()
        const bytes = randomBytes(sizeBytes)
        const put = await store.put(id, inChunks(bytes, 60_000), about)
        assert.deepEqual(put, { id, sizeBytes })
        assert.deepEqual(await store.stat(id), { sizeBytes })
        const whole = { offset: 0, lengthBytes: sizeBytes }
        assert.ok((await read(store, id, whole)).equals(bytes), `${sizeBytes} bytes`)
        const own = Buffer.concat(await Array.fromAsync(store.get(id, whole, 'own')))
        assert.ok(own.equals(bytes), `${sizeBytes} bytes that prove themselves`)
      }
    })

    test('any range in any chunking equals the bytes', async () => {
      await using store = await open()
      const bytes = randomBytes(700_001)
      const range = fc.tuple(fc.nat(bytes.length), fc.nat(bytes.length))
      await fc.assert(
        fc.asyncProperty(
          fc.integer({ min: 900, max: 200_000 }),
          range,
          async (chunkBytes, [a, b]) => {
            const id = names.next()
            await store.put(id, inChunks(bytes, chunkBytes), about)
            const [from, to] = a < b ? [a, b] : [b, a]
            const back = await read(store, id, { offset: from, lengthBytes: to - from })
            assert.ok(back.equals(bytes.subarray(from, to)))
          },
        ),
        { numRuns: 30 },
      )
    })

    test('a chunk may be reused by its sender once the next is asked for', async () => {
      await using store = await open()
      const chunk = new Uint8Array(100_000)
      async function* reused(): AsyncGenerator<Uint8Array> {
        for (let value = 0; value < 40; value++) yield chunk.fill(value)
      }
      const id = names.next()
      await store.put(id, reused(), about)
      const back = await read(store, id, { offset: 0, lengthBytes: 4_000_000 })
      for (let value = 0; value < 40; value++) assert.equal(back[value * 100_000 + 5], value)
    })

    test('what is absent is missing, and nothing comes short', async () => {
      await using store = await open()
      const id = names.next()
      await assert.rejects(read(store, id, { offset: 0, lengthBytes: 1 }), BlobMissing)
      assert.equal(await store.stat(id), undefined)
      await store.put(id, inChunks(Buffer.from('abc'), 2), about)
      await assert.rejects(read(store, id, { offset: 1, lengthBytes: 3 }), BlobMissing)
    })

    test('a name is used once', async () => {
      await using store = await open()
      const id = names.next()
      await store.put(id, inChunks(Buffer.from('first'), 9), about)
      await assert.rejects(store.put(id, inChunks(Buffer.from('other'), 9), about), BlobExists)
      assert.equal(String(await read(store, id, { offset: 0, lengthBytes: 5 })), 'first')
    })

    test('a body that breaks leaves nothing', async () => {
      await using store = await open()
      const id = names.next()
      await assert.rejects(store.put(id, broken(), about), /the client is gone/)
      assert.equal(await store.stat(id), undefined)
      assert.deepEqual(await Array.fromAsync(store.list()), [])
    })

    test('a blob is absent until its put resolves', async () => {
      await using store = await open()
      const id = names.next()
      const seen: unknown[] = []
      async function* watched(): AsyncGenerator<Uint8Array> {
        yield Buffer.from('x')
        seen.push(await store.stat(id))
      }
      await store.put(id, watched(), about)
      assert.deepEqual(seen, [undefined])
      assert.deepEqual(await store.stat(id), { sizeBytes: 1 })
    })

    test('remove is idempotent, and a reader keeps what it has opened', async () => {
      await using store = await open()
      const id = names.next()
      const bytes = randomBytes(3_000_000)
      await store.put(id, inChunks(bytes, 65_536), about)
      const reader = store.get(id, { offset: 0, lengthBytes: bytes.length })[Symbol.asyncIterator]()
      const first = await reader.next()
      await store.remove(id)
      await store.remove(id)
      await assert.rejects(read(store, id, { offset: 0, lengthBytes: 1 }), BlobMissing)
      const pieces = [first.value ?? Buffer.alloc(0)]
      for (let step = await reader.next(); step.done !== true; step = await reader.next())
        pieces.push(step.value)
      assert.ok(Buffer.concat(pieces).equals(bytes))
    })

    test('a reader that leaves early leaves nothing open', async () => {
      await using store = await open()
      const id = names.next()
      await store.put(id, inChunks(randomBytes(2_000_000), 65_536), about)
      for (let round = 0; round < 50; round++) {
        for await (const chunk of store.get(id, { offset: 0, lengthBytes: 2_000_000 })) {
          assert.ok(chunk.length > 0)
          break
        }
      }
    })

    test('list visits every blob', async () => {
      await using store = await open()
      const ids = Array.from({ length: 12 }, () => names.next())
      await Promise.all(ids.map((id) => store.put(id, inChunks(Buffer.from(id), 7), about)))
      assert.deepEqual((await Array.fromAsync(store.list())).toSorted(), ids.toSorted())
    })
  })
}
