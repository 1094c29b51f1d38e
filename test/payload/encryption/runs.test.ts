/** Runs: sealed and opened block by block, in bounded memory, and each under keys that are used once. */
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import type { DataKey } from '../../../src/payload/encryption/envelope.ts'
import type { OpeningRun, SealingRun } from '../../../src/payload/encryption/runs.ts'
import { asked, edges, freshEnvelopes, place } from './scene.ts'

const envelopes = freshEnvelopes()
const block = 65_536

/** Chunks that are made when they are asked for, and spoilt when the next one is, as a reader's only buffer would be. */
class Source {
  asked = 0
  readonly #chunk: Uint8Array
  readonly #count: number

  constructor(chunkBytes: number, count: number) {
    this.#chunk = new Uint8Array(chunkBytes)
    this.#count = count
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    for (let index = 0; index < this.#count; index++) {
      this.asked += this.#chunk.length
      this.#chunk.fill(index % 251)
      yield this.#chunk
      this.#chunk.fill(0xdb)
    }
  }
}

/** A piece is lent until the next one is asked for. */
async function gathered(pieces: AsyncIterable<Uint8Array>): Promise<Buffer> {
  return Buffer.concat(await Array.fromAsync(pieces, (piece) => Buffer.from(piece)))
}

async function* inChunks(bytes: Uint8Array, chunkBytes: number): AsyncGenerator<Uint8Array> {
  for (let from = 0; from < bytes.length; from += chunkBytes) {
    yield bytes.subarray(from, from + chunkBytes)
  }
}

for (const [request, layers] of asked) {
  const opening = async (): Promise<DataKey> => envelopes.create(request, place)

  test(`${request.method}: sealing and opening hold a block and a chunk, whatever the size`, async () => {
    const key = await opening()
    const run = key.newRun()
    const source = new Source(100_000, 300)
    const total = 30_000_000
    let sealedBytes = 0
    let openedBytes = 0
    const counted = async function* (): AsyncGenerator<Uint8Array> {
      for await (const piece of run.seal(source)) {
        assert.ok(source.asked - sealedBytes <= 2 * block + 100_000, 'it reads ahead')
        sealedBytes += piece.length
        yield Buffer.from(piece)
      }
    }
    for await (const bytes of key
      .openRun(run.sealed(total))
      .open(counted(), { offset: 0, lengthBytes: total })) {
      assert.ok(sealedBytes - openedBytes <= 2 * block, 'it gathers')
      for (const at of [0, bytes.length - 1]) {
        assert.equal(bytes[at], Math.floor((openedBytes + at) / 100_000) % 251)
      }
      openedBytes += bytes.length
    }
    assert.equal(openedBytes, total)
    assert.equal(sealedBytes, run.sealedSize(total))
  })

  test(`${request.method}: blocks are as long as they are said to be, and end where they should`, async () => {
    const key = await opening()
    for (const size of edges) {
      const run = key.newRun()
      const sealed = await gathered(run.seal(inChunks(randomBytes(size), 50_000)))
      const plainBlock = block - layers * 16
      const blocks = Math.ceil(size / plainBlock)
      assert.equal(sealed.length, size + blocks * layers * 16)
      assert.ok(sealed.length <= blocks * block)
      const open = key.openRun(run.sealed(size))
      for (const offset of edges.filter((edge) => edge < size)) {
        const range = { offset, lengthBytes: 1 }
        const index = Math.floor(offset / plainBlock)
        const lies = open.sealedRange(range)
        assert.deepEqual(lies, {
          offset: index * block,
          lengthBytes: Math.min(block, sealed.length - index * block),
        })
      }
    }
  })
}

async function pair(): Promise<{ readonly run: SealingRun; readonly open: OpeningRun }> {
  const key = await envelopes.create({ method: 'SSE-S3' }, place)
  const run = key.newRun()
  return { run, open: key.openRun(run.sealed(10)) }
}

test('the keys of a run seal once', async () => {
  const once = { name: 'AssertionFailed', message: 'the keys of a run seal one run' }
  const { run } = await pair()
  run.sealSmall(randomBytes(10))
  assert.throws(() => run.sealSmall(randomBytes(10)), once)
  await assert.rejects(Array.fromAsync(run.seal(inChunks(randomBytes(10), 10))), once)
})

test('two runs of the same bytes have nothing in common', async () => {
  const key = await envelopes.create({ method: 'SSE-S3' }, place)
  const [one, other] = [key.newRun(), key.newRun()]
  const bytes = Buffer.alloc(1000)
  assert.notEqual(one.wrapped, other.wrapped)
  assert.notDeepEqual(one.sealSmall(bytes), other.sealSmall(bytes))
})

test('no range outside of a run is read', async () => {
  const { run, open } = await pair()
  const sealed = run.sealSmall(randomBytes(10))
  for (const [offset, lengthBytes] of [
    [0, 11],
    [10, 1],
    [-1, 1],
    [11, 0],
  ] as const) {
    assert.throws(() => open.sealedRange({ offset, lengthBytes }), { name: 'BlobCorrupt' })
    assert.throws(() => open.openSmall(sealed, { offset, lengthBytes }), { name: 'BlobCorrupt' })
  }
  assert.equal(open.openSmall(sealed, { offset: 10, lengthBytes: 0 }).length, 0)
})

test('a store that comes short, or brings more, is noticed', async () => {
  const key = await envelopes.create({ method: 'SSE-S3' }, place)
  const size = 200_000
  const run = key.newRun()
  const sealed = await gathered(run.seal(inChunks(randomBytes(size), size)))
  const open = key.openRun(run.sealed(size))
  const range = { offset: 0, lengthBytes: size }
  const wrong = [0, 1, block, 3 * block, sealed.length - 1].map((end) => sealed.subarray(0, end))
  for (const bytes of [...wrong, Buffer.concat([sealed, sealed])]) {
    await assert.rejects(Array.fromAsync(open.open(inChunks(bytes, 99_999), range)), {
      name: 'BlobCorrupt',
    })
  }
})
