/** Emit: any range of any split of an object equals its bytes, and what is missing breaks the stream. */
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import fc from 'fast-check'
import { systemChance } from '../../src/base/chance.ts'
import { Holds } from '../../src/base/holds.ts'
import { BlobNames } from '../../src/base/ids.ts'
import { createEmit, type EmitParts } from '../../src/payload/emit.ts'
import { memoryBlobs } from '../../src/stores/blobs/memory.ts'
import type { BlobBytes, BlobStore, ByteRange } from '../../src/stores/blobs/store.ts'
import type { Locator, ObjectRow, Run } from '../../src/stores/metadata/records.ts'
import type { FoundObject } from '../../src/stores/metadata/store.ts'
import { inChunks } from '../contracts/blob-store.ts'

const names = new BlobNames(2, systemChance)

function found(locator: Locator, sizeBytes: number, bytes?: Uint8Array): FoundObject {
  const row: ObjectRow = {
    bucket: 1,
    key: 'k',
    versionId: 'null',
    isLatest: true,
    deleteMarker: false,
    owner: 'o',
    sizeBytes,
    etag: 'e',
    modified: 0,
    partCount: 0,
    locator,
    attributes: {
      headers: {},
      metadata: [],
      storageClass: 'STANDARD',
      tags: [],
      checksum: undefined,
      encryption: undefined,
      lock: undefined,
      acl: undefined,
    },
  }
  return { row, bytes }
}

/** Content 7, split into runs: even ones are blobs with bytes before and after, odd ones are small bytes. */
async function split(
  bytes: Uint8Array,
  cuts: readonly number[],
  pageMax: number,
): Promise<EmitParts> {
  const blobs = memoryBlobs()
  const small = new Map<number, Uint8Array>()
  const runs: Array<Run & { readonly start: number }> = []
  let start = 0
  for (const [index, end] of [...cuts, bytes.length].entries()) {
    const piece = bytes.subarray(start, end)
    if (index % 2 === 0) {
      const blob = names.next()
      await blobs.put(
        blob,
        inChunks(Buffer.concat([Buffer.alloc(5), piece, Buffer.alloc(3)]), 1000),
        { bucket: 'b', key: 'k', createdMs: 0 },
      )
      runs.push({ start, sizeBytes: piece.length, locator: { kind: 'blob', blob, offset: 5 } })
    } else {
      small.set(index, piece)
      runs.push({ start, sizeBytes: piece.length, locator: { kind: 'inline', row: index } })
    }
    start = end
  }
  const metadata: EmitParts['metadata'] = {
    objectRuns: async (content, { offset, lengthBytes }, max) => {
      assert.equal(content, 7)
      const end = offset + lengthBytes
      const touched = runs.filter((run) => run.start + run.sizeBytes > offset && run.start < end)
      return touched.slice(0, Math.min(max, pageMax))
    },
    inlineBytes: async (row) => small.get(row),
  }
  return { blobs, metadata, holds: new Holds() }
}

const content: Locator = { kind: 'parts', content: 7 }

test('any range of any split of runs equals the bytes', async () => {
  const bytes = randomBytes(20_000)
  const place = fc.nat(bytes.length)
  const cases = fc.record({
    cuts: fc.array(place, { maxLength: 12 }),
    ends: fc.tuple(place, place),
    pageMax: fc.integer({ min: 1, max: 5 }),
  })
  await fc.assert(
    fc.asyncProperty(cases, async ({ cuts, ends, pageMax }) => {
      const parts = await split(bytes, ascending(cuts), pageMax)
      const [from = 0, to = 0] = ascending(ends)
      const range = { offset: from, lengthBytes: to - from }
      const payload = createEmit(parts)(found(content, bytes.length), range)
      assert.equal(payload.lengthBytes, to - from)
      assert.ok(Buffer.concat(await Array.fromAsync(payload)).equals(bytes.subarray(from, to)))
      assert.equal(parts.holds.has('content:7'), false)
    }),
  )
})

function ascending(numbers: readonly number[]): number[] {
  return numbers.toSorted((a, b) => a - b)
}

test('inline bytes and blobs are cut to the range', async () => {
  const bytes = randomBytes(3000)
  const parts = await split(bytes, [], 9)
  const [run] = await parts.metadata.objectRuns(7, { offset: 0, lengthBytes: 1 }, 1)
  assert.ok(run !== undefined)
  const emit = createEmit(parts)
  for (const object of [found({ kind: 'inline', row: 1 }, 3000, bytes), found(run.locator, 3000)]) {
    const whole = await Array.fromAsync(emit(object, { offset: 10, lengthBytes: 2000 }))
    assert.ok(Buffer.concat(whole).equals(bytes.subarray(10, 2010)))
    assert.deepEqual(await Array.fromAsync(emit(object, { offset: 3000, lengthBytes: 0 })), [])
  }
})

test('the content is held until the stream ends or is left', async () => {
  const parts = await split(randomBytes(3000), [1000, 2000], 9)
  const stream = createEmit(parts)(found(content, 3000), { offset: 0, lengthBytes: 3000 })
  for await (const chunk of stream) {
    assert.ok(chunk.length > 0)
    assert.equal(parts.holds.has('content:7'), true)
    break
  }
  assert.equal(parts.holds.has('content:7'), false)
})

test('one blob may come in hand, is held until it does, and is never short', async () => {
  const bytes = randomBytes(3000)
  const { metadata, holds, blobs } = await split(bytes, [], 9)
  const [run] = await metadata.objectRuns(7, { offset: 0, lengthBytes: 1 }, 1)
  assert.ok(run?.locator.kind === 'blob')
  const hold = `blob:${run.locator.blob}` as const
  const coming = Promise.withResolvers<Uint8Array>()
  const answers = [
    coming.promise,
    Promise.resolve(bytes.subarray(1)),
    Promise.reject(new Error('rot')),
  ]
  const asked: ByteRange[] = []
  const one: BlobStore = {
    ...blobs,
    get: (_, range) => {
      asked.push(range)
      const inHand = (): Promise<Uint8Array> | undefined => answers.shift()
      return Object.assign(blobs.list(), { inHand }) as unknown as BlobBytes
    },
  }
  const emit = createEmit({ blobs: one, metadata, holds })
  const payload = emit(found(run.locator, 3000), { offset: 10, lengthBytes: 2000 })
  const whole = payload.inHand?.()
  assert.equal(holds.has(hold), true)
  coming.resolve(bytes.subarray(10, 2010))
  assert.deepEqual(await whole, bytes.subarray(10, 2010))
  assert.deepEqual(asked, [{ offset: 15, lengthBytes: 2000 }])
  assert.equal(holds.has(hold), false)
  const all = { offset: 0, lengthBytes: 3000 }
  await assert.rejects(async () => emit(found(run.locator, 3000), all).inHand?.(), /BlobCorrupt/)
  await assert.rejects(async () => emit(found(run.locator, 3000), all).inHand?.(), /rot/)
  assert.equal(emit(found(run.locator, 3000), all).inHand?.(), undefined, 'in several pieces')
  assert.equal(emit(found(content, 3000), all).inHand?.(), undefined, 'in several runs')
  assert.equal(holds.has(hold), false)
})

test('bytes that are gone, a gap and a short run break the stream', async () => {
  const bytes = randomBytes(3000)
  const parts = await split(bytes, [1000, 2000], 9)
  const runs = await parts.metadata.objectRuns(7, { offset: 0, lengthBytes: 3000 }, 9)
  const broken: ReadonlyArray<readonly [Partial<EmitParts['metadata']>, RegExp]> = [
    [{ objectRuns: async () => runs.slice(0, 2) }, /BlobMissing/],
    [{ objectRuns: async () => [] }, /BlobMissing/],
    [{ objectRuns: async () => runs.filter((_, index) => index !== 1) }, /BlobCorrupt/],
    [{ inlineBytes: async () => undefined }, /BlobMissing/],
    [{ inlineBytes: async () => bytes.subarray(0, 10) }, /BlobCorrupt/],
  ]
  for (const [metadata, name] of broken) {
    const emit = createEmit({ ...parts, metadata: { ...parts.metadata, ...metadata } })
    const stream = emit(found(content, 3000), { offset: 0, lengthBytes: 3000 })
    await assert.rejects(Array.fromAsync(stream), { name })
    assert.equal(parts.holds.has('content:7'), false)
  }
})
