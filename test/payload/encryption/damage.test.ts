/** Damage to sealed bytes: whatever was changed, moved, left out, repeated, cut or brought from elsewhere never ends as a complete answer. */
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { before, test } from 'node:test'
import fc from 'fast-check'
import { systemChance } from '../../../src/base/chance.ts'
import { BlobNames } from '../../../src/base/ids.ts'
import { loadHashers } from '../../../src/payload/checksums/hashers.ts'
import { createEmit } from '../../../src/payload/emit.ts'
import type { DataKey } from '../../../src/payload/encryption/envelope.ts'
import type { BlobStore } from '../../../src/stores/blobs/store.ts'
import { inChunks } from '../../contracts/blob-store.ts'
import {
  asked,
  content,
  contentOf,
  customer,
  emitParts,
  freshEnvelopes,
  ingested,
  memoryBlobs,
  objectOf,
  place,
  rowOf,
  runOf,
  type Kept,
} from './scene.ts'

before(async () => {
  await loadHashers()
})

const envelopes = freshEnvelopes()
const names = new BlobNames(5, systemChance)
const block = 65_536

interface Sealed {
  readonly blobs: BlobStore
  readonly dataKey: DataKey
  readonly layers: number
  readonly plain: Buffer
  readonly run: Kept
  readonly bytes: Buffer
}

async function sealed(dataKey: DataKey, layers: number, sizeBytes: number): Promise<Sealed> {
  const blobs = memoryBlobs()
  const plain = randomBytes(sizeBytes)
  const run = runOf(await ingested(blobs, plain, dataKey))
  return { blobs, dataKey, layers, plain, run, bytes: await bytesOf(blobs, run) }
}

async function bytesOf(blobs: BlobStore, { locator, bytes }: Kept): Promise<Buffer> {
  if (locator.kind === 'inline') return Buffer.from(bytes ?? [])
  const { sizeBytes: lengthBytes } = (await blobs.stat(locator.blob)) ?? { sizeBytes: 0 }
  return Buffer.concat(await Array.fromAsync(blobs.get(locator.blob, { offset: 0, lengthBytes })))
}

/** The run, with other bytes where its own were. */
async function standIn({ blobs, run }: Sealed, bytes: Uint8Array): Promise<Kept> {
  if (run.locator.kind === 'inline') return { ...run, bytes }
  const blob = names.next()
  await blobs.put(blob, inChunks(bytes, 100_000), { ...place, createdMs: 0 })
  return { ...run, locator: { kind: 'blob', blob, offset: 0 } }
}

/** So many plain bytes, as if they had been sealed together. */
function resized(run: Kept, sizeBytes: number): Kept {
  return { ...run, sizeBytes, seal: { wrapped: run.seal?.wrapped ?? '', sizeBytes } }
}

/** What of sealed bytes of that length is plain; 0 where they are too short to be any. */
function plainSize(sealedBytes: number, layers: number): number {
  return Math.max(0, sealedBytes - Math.ceil(sealedBytes / block) * layers * 16)
}

interface Reading {
  readonly came: Buffer
  readonly error: unknown
}

async function read(
  { blobs, dataKey }: Pick<Sealed, 'blobs' | 'dataKey'>,
  run: Kept,
  [from, to]: readonly [number, number] = [0, run.sizeBytes],
): Promise<Reading> {
  const chunks: Uint8Array[] = []
  try {
    const found = objectOf(run, dataKey.encryption)
    const range = { offset: from, lengthBytes: to - from }
    for await (const chunk of createEmit(emitParts(blobs))(found, range, dataKey))
      chunks.push(chunk)
  } catch (error) {
    return { came: Buffer.concat(chunks), error }
  }
  return { came: Buffer.concat(chunks), error: undefined }
}

/** It ended with an error of the right name, and what came before was true. */
function assertBroken({ came, error }: Reading, plain: Uint8Array, what: string): void {
  assert.ok(error instanceof Error, `${what}: it ended as a complete answer`)
  assert.match(error.name, /^Blob(Corrupt|Missing)$/, what)
  assert.ok(came.length < plain.length && came.equals(plain.subarray(0, came.length)), what)
}

interface Damage {
  readonly what: string
  readonly bytes: Buffer
}

function blocksOf(bytes: Buffer): Buffer[] {
  return Array.from({ length: Math.ceil(bytes.length / block) }, (_, index) =>
    bytes.subarray(index * block, (index + 1) * block),
  )
}

/** Every way to have other bytes than these, `at` and `other` being any two numbers. */
function damages(bytes: Buffer, at: number, other: number): Damage[] {
  const blocks = blocksOf(bytes)
  const [first, second] = [at % blocks.length, other % blocks.length]
  const flipped = Buffer.from(bytes)
  const place = at % bytes.length
  flipped[place] = (flipped[place] ?? 0) ^ (1 << (other % 8))
  const swapped = blocks.with(first, blocks[second] ?? bytes).with(second, blocks[first] ?? bytes)
  const replaced = blocks.with(first, blocks[second] ?? bytes)
  const cut = at % bytes.length
  return [
    { what: `a bit of byte ${place} flipped`, bytes: flipped },
    { what: `blocks ${first} and ${second} swapped`, bytes: Buffer.concat(swapped) },
    { what: `block ${second} in place of ${first}`, bytes: Buffer.concat(replaced) },
    { what: `block ${first} missing`, bytes: Buffer.concat(blocks.toSpliced(first, 1)) },
    {
      what: `block ${first} twice`,
      bytes: Buffer.concat(blocks.toSpliced(first, 0, blocks[first] ?? bytes)),
    },
    { what: `cut at ${cut}`, bytes: bytes.subarray(0, cut) },
    { what: `${cut + 1} bytes longer`, bytes: Buffer.concat([bytes, randomBytes(cut + 1)]) },
  ].filter((damage) => !damage.bytes.equals(bytes))
}

const sizes = fc.oneof(fc.constantFrom(1, 16_384, 65_504, 65_520, 65_521, 131_040), fc.nat(400_000))
const anywhere = fc.record({
  size: sizes.map((size) => size + 1),
  at: fc.nat(10_000_000),
  other: fc.nat(10_000_000),
})

for (const [request, layers] of asked) {
  test(`${request.method}: a run that was damaged`, async () => {
    const property = fc.asyncProperty(anywhere, async ({ size, at, other }) => {
      const dataKey = await envelopes.create(request, place)
      const made = await sealed(dataKey, layers, size)
      for (const { what, bytes } of damages(made.bytes, at, other)) {
        const run = await standIn(made, bytes)
        const told = await read(made, run)
        const isOnlyLonger = bytes.subarray(0, made.bytes.length).equals(made.bytes)
        // What a blob has behind its run is never read.
        if (isOnlyLonger && run.locator.kind === 'blob')
          assert.ok(told.came.equals(made.plain), what)
        else assertBroken(told, made.plain, what)
        // A row that was changed to go with them does not help; one that says the same was just read.
        const fitting = resized(run, plainSize(bytes.length, layers))
        const longer = Buffer.concat([made.plain, Buffer.alloc(bytes.length)])
        if (fitting.sizeBytes > 0 && fitting.sizeBytes !== run.sizeBytes)
          assertBroken(await read(made, fitting), longer, `${what}, resized`)
      }
    })
    await fc.assert(property, { numRuns: 40 })
  })

  test(`${request.method}: a range ends well or not at all, wherever the damage is`, async () => {
    const ranges = fc.record({ at: fc.nat(300_000), from: fc.nat(300_000), to: fc.nat(300_000) })
    const dataKey = await envelopes.create(request, place)
    const made = await sealed(dataKey, layers, 300_001)
    const property = fc.asyncProperty(ranges, async ({ at, from, to }) => {
      const bytes = Buffer.from(made.bytes)
      bytes[at] = (bytes[at] ?? 0) ^ 1
      const [low, high] = from <= to ? [from, to] : [to, from]
      const { came, error } = await read(made, await standIn(made, bytes), [low, high])
      const expected = made.plain.subarray(low, high)
      const plainBlock = block - layers * 16
      const damaged = Math.floor(at / block)
      const isTouched =
        high > low &&
        damaged >= Math.floor(low / plainBlock) &&
        damaged <= Math.floor((high - 1) / plainBlock)
      assert.equal(error !== undefined, isTouched)
      assert.ok(isTouched ? came.length < expected.length : came.equals(expected))
    })
    await fc.assert(property, { numRuns: 150 })
  })

  test(`${request.method}: bytes and keys of another run, and of another object`, async () => {
    const dataKey = await envelopes.create(request, place)
    const otherKey = await envelopes.create(request, place)
    for (const size of [100, 200_000]) {
      const made = await sealed(dataKey, layers, size)
      const sibling = await sealed(dataKey, layers, size)
      const stranger = await sealed(otherKey, layers, size)
      for (const other of [sibling, stranger]) {
        const whole = await standIn(made, other.bytes)
        assertBroken(await read(made, whole), made.plain, 'the bytes of another run')
        for (const index of blocksOf(made.bytes).keys()) {
          const mixed = blocksOf(made.bytes).with(
            index,
            blocksOf(other.bytes)[index] ?? other.bytes,
          )
          const run = await standIn(made, Buffer.concat(mixed))
          assertBroken(await read(made, run), made.plain, `block ${index} of another run`)
        }
        const run = { ...made.run, seal: other.run.seal }
        assertBroken(await read(made, run), made.plain, 'the keys of another run')
      }
      assertBroken(
        await read({ ...made, dataKey: otherKey }, made.run),
        made.plain,
        'another data key',
      )
    }
  })
}

test('keys of a run that were changed open nothing', async () => {
  for (const [request, layers] of asked) {
    const made = await sealed(await envelopes.create(request, place), layers, 70_000)
    const wrapped = Buffer.from(made.run.seal?.wrapped ?? '', 'base64')
    assert.equal(wrapped.length, layers * 32 + 8)
    const changed = Array.from(wrapped.keys(), (at) => {
      const bytes = Buffer.from(wrapped)
      bytes[at] = (bytes[at] ?? 0) ^ 0x80
      return bytes
    })
    const wrong = [...changed, wrapped.subarray(8), Buffer.concat([wrapped, wrapped]), Buffer.of()]
    for (const bytes of wrong) {
      const seal = { wrapped: bytes.toString('base64'), sizeBytes: made.run.sizeBytes }
      assertBroken(await read(made, { ...made.run, seal }), made.plain, 'changed keys')
    }
  }
})

test('runs of an object that changed places break it', async () => {
  const dataKey = await envelopes.create(customer(1), place)
  const blobs = memoryBlobs()
  const pieces = [100_000, 100_000, 9000, 9000].map((size) => randomBytes(size))
  const runs: Kept[] = []
  for (const piece of pieces) runs.push(runOf(await ingested(blobs, piece, dataKey)))
  const whole = Buffer.concat(pieces)
  const range = { offset: 0, lengthBytes: whole.length }
  const row = rowOf(content, whole.length, dataKey.encryption)
  const readAll = async (changed: readonly Kept[]): Promise<Buffer> => {
    const { parts } = contentOf(blobs, changed, 1)
    const stream = createEmit(parts)({ row, bytes: undefined }, range, dataKey)
    return Buffer.concat(await Array.fromAsync(stream))
  }
  assert.ok((await readAll(runs)).equals(whole))
  const [first, second, third, fourth] = runs
  assert.ok(first && second && third && fourth)
  const changed: ReadonlyArray<readonly Kept[]> = [
    [{ ...first, locator: second.locator }, second, third, fourth],
    [first, second, third, { ...fourth, bytes: third.bytes }],
    [first, { ...second, seal: undefined }, third, fourth],
    [first, second, { ...third, seal: undefined }, fourth],
    [first, { ...second, sizeBytes: 109_000 }, third],
  ]
  for (const wrong of changed) await assert.rejects(readAll(wrong), { name: 'BlobCorrupt' })
})

test('a run that is sealed under an object that is not is never sent as it lies', async () => {
  const dataKey = await envelopes.create(customer(1), place)
  for (const size of [10, 100_000]) {
    const made = await sealed(dataKey, 1, size)
    const range = { offset: 0, lengthBytes: size }
    const unencrypted = objectOf(made.run, undefined)
    const emit = createEmit(emitParts(made.blobs))
    await assert.rejects(Array.fromAsync(emit(unencrypted, range)), { name: 'BlobCorrupt' })
    const found = objectOf(made.run, dataKey.encryption)
    assert.throws(() => emit(found, range), { name: 'AssertionFailed' })
    assert.throws(() => emit(unencrypted, range, dataKey), { name: 'AssertionFailed' })
  }
})
