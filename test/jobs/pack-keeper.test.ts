/** Reclaim on real files: packs go with the last of their blobs, and what is left of a sparse one moves out, as it was. */
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { test } from 'node:test'
import { systemChance } from '../../src/base/chance.ts'
import { Holds } from '../../src/base/holds.ts'
import { BlobNames, fileOf, placeOf, type BlobId, type FileId } from '../../src/base/ids.ts'
import { PackKeeper } from '../../src/jobs/pack-keeper.ts'
import { ReclaimJob } from '../../src/jobs/reclaim.ts'
import { openBlobExaminer, type BlobExaminer } from '../../src/stores/blobs/examiner.ts'
import { HeldName } from '../../src/stores/blobs/held-name.ts'
import type { BlobStore } from '../../src/stores/blobs/store.ts'
import { openMemoryMetadata } from '../../src/stores/metadata/memory.ts'
import { about, inChunks, read } from '../contracts/blob-store.ts'
import { accepted, newObject, withStore, type Scene } from '../contracts/metadata/scene.ts'
import { freshFolder, openIn } from '../stores/blobs/fresh.ts'

const count = 12

interface Yard extends Scene {
  readonly blobs: BlobStore
  readonly examiner: BlobExaminer
  readonly holds: Holds
  readonly names: BlobNames
  readonly job: ReclaimJob
  /** By key. */
  readonly bodies: Map<string, Buffer>
  /** Files that were set aside. */
  readonly aside: readonly FileId[]
}

/** Every third object without a row: as an index would have it that lacks theirs. */
const unnamed = (index: number): boolean => index % 3 === 2

/** Objects of which nearly all lie in one pack. */
async function withYard(
  run: (yard: Yard) => Promise<void>,
  lacksRow: (index: number) => boolean = () => false,
): Promise<void> {
  await withStore(
    async (clock) => openMemoryMetadata(clock),
    async (scene) => {
      const directory = await freshFolder()
      await using blobs = await openIn(directory)
      const examiner = await openBlobExaminer(directory)
      const names = new BlobNames(scene.store.epoch, systemChance)
      const holds = new Holds()
      const { store: metadata, clock } = scene
      const aside: FileId[] = []
      const setAside = async (file: FileId): Promise<void> => {
        aside.push(file)
        await blobs.remove(file)
      }
      const packs = new PackKeeper({ blobs, examiner, names, metadata, setAside })
      const job = new ReclaimJob({ metadata, blobs, holds, packs, clock, graceMs: 0 })
      const bodies = new Map<string, Buffer>()
      const yard: Yard = { ...scene, blobs, examiner, holds, names, job, bodies, aside }
      const puts = Array.from({ length: count }, (_, index) =>
        put(yard, `k${index}`, !lacksRow(index)),
      )
      await Promise.all(puts)
      await run(yard)
    },
  )
}

async function put(
  { blobs, names, holds, store, bucket, bodies }: Yard,
  key: string,
  hasRow: boolean,
): Promise<void> {
  const body = randomBytes(20_000)
  bodies.set(key, body)
  const name = new HeldName(names, holds)
  const closing = { sizeBytes: body.length, etag: key, checksums: {} }
  const said = { ...about, key }
  const { id } = await blobs.put(name, inChunks(body, 9999), said, () => closing)
  const locator = { kind: 'blob', blob: id, offset: 0 } as const
  const object = newObject(bucket.id, key, { locator, sizeBytes: body.length, etag: key })
  if (hasRow) accepted(await store.putObject(object, {}))
  name.release()
}

async function blobOf({ store, bucket }: Yard, key: string): Promise<BlobId> {
  const found = await store.getObject(bucket.id, key)
  assert.ok(found?.row.locator.kind === 'blob')
  return found.row.locator.blob
}

async function keysOf(yard: Yard): Promise<readonly string[]> {
  const there = await Promise.all(
    [...yard.bodies.keys()].map(async (key) => {
      const found = await yard.store.getObject(yard.bucket.id, key)
      return found === undefined ? [] : [key]
    }),
  )
  return there.flat()
}

/** All of one pack, the largest, by key. */
async function packed(yard: Yard): Promise<ReadonlyMap<string, BlobId>> {
  const ids = await Promise.all(
    (await keysOf(yard)).map(async (key) => [key, await blobOf(yard, key)] as const),
  )
  const inPacks = ids.filter(([, id]) => placeOf(id) !== undefined)
  const packs = Map.groupBy(inPacks, ([, id]) => fileOf(id)).values()
  const largest = [...packs].toSorted((one, other) => other.length - one.length)[0]
  assert.ok(largest !== undefined && largest.length >= 6, 'too few were packed')
  return new Map(largest)
}

async function drain(yard: Yard): Promise<void> {
  for (let step = 0; step < 50; step++) {
    yard.clock.time += 1
    const isMore = await yard.job.step()
    const left = await yard.store.claimReclaim(yard.clock.now() + 1, 10)
    if (!isMore && left.length === 0) return
  }
  assert.fail('the job finds no end')
}

async function expectAll(yard: Yard): Promise<void> {
  for (const key of await keysOf(yard)) {
    const body = yard.bodies.get(key) ?? assert.fail()
    const whole = { offset: 0, lengthBytes: body.length }
    assert.ok((await read(yard.blobs, await blobOf(yard, key), whole)).equals(body), key)
  }
}

test('what is left of a pack moves out once more of it is gone, and the pack goes', async () => {
  await withYard(async (yard) => {
    const before = await packed(yard)
    const [pack] = [...before.values()].map(fileOf)
    assert.ok(pack !== undefined)
    const left = [...before.keys()].slice(0, 2)
    for (const key of before.keys())
      if (!left.includes(key)) await yard.store.deleteObject(yard.bucket.id, key, {})
    await drain(yard)
    await expectAll(yard)
    assert.ok(!(await Array.fromAsync(yard.blobs.list())).includes(pack))
    for (const key of left) {
      const id = await blobOf(yard, key)
      const { about: said, closing } = await yard.examiner.describe(id)
      assert.deepEqual(said, { ...about, key, was: [before.get(key)] })
      assert.equal(closing?.etag, key)
    }
    for (const key of await keysOf(yard)) await yard.store.deleteObject(yard.bucket.id, key, {})
    await drain(yard)
    assert.deepEqual(await Array.fromAsync(yard.blobs.list()), [])
    assert.deepEqual(yard.aside, [])
  })
})

test('a pack that holds what was never given up is set aside, not removed', async () => {
  await withYard(async (yard) => {
    const { store, bucket } = yard
    const before = await packed(yard)
    const [pack] = [...before.values()].map(fileOf)
    assert.ok(pack !== undefined)
    const inPack = await yard.examiner.blobsIn(pack)
    assert.ok(inPack.length > before.size, 'one without a row lies in another file')
    for (const key of before.keys()) await store.deleteObject(bucket.id, key, {})
    await drain(yard)
    assert.deepEqual(yard.aside, [pack])
  }, unnamed)
})

test('a pack of which as much is left as is gone stays as it is', async () => {
  await withYard(async (yard) => {
    const before = await packed(yard)
    const gone = [...before.keys()].slice(0, before.size >> 1)
    for (const key of gone) await yard.store.deleteObject(yard.bucket.id, key, {})
    await drain(yard)
    await expectAll(yard)
    for (const key of before.keys())
      if (!gone.includes(key)) assert.equal(await blobOf(yard, key), before.get(key))
  })
})

test('what cannot be read stays where it is, and keeps its pack; the rest moves', async () => {
  await withYard(async (yard) => {
    const before = await packed(yard)
    const [bad, good, ...others] = [...before.keys()]
    assert.ok(bad !== undefined && good !== undefined)
    const id = before.get(bad) ?? assert.fail()
    const path = yard.examiner.path(fileOf(id))
    const bytes = await readFile(path)
    const at = (placeOf(id)?.firstPage ?? 0) * 4096 + 5000
    bytes[at] = (bytes[at] ?? 0) ^ 1
    await writeFile(path, bytes)
    for (const key of others) await yard.store.deleteObject(yard.bucket.id, key, {})
    await drain(yard)
    assert.equal(await blobOf(yard, bad), id)
    assert.notEqual(await blobOf(yard, good), before.get(good))
    yard.bodies.delete(bad)
    await expectAll(yard)
    await yard.store.deleteObject(yard.bucket.id, bad, {})
    await drain(yard)
    assert.ok(!(await Array.fromAsync(yard.blobs.list())).includes(fileOf(id)))
  })
})

test('a pack that somebody reads or writes stays until they let go', async () => {
  await withYard(async (yard) => {
    const before = await packed(yard)
    const [file] = [...before.values()].map(fileOf)
    assert.ok(file !== undefined)
    const release = yard.holds.hold(`blob:${file}`)
    for (const key of before.keys()) await yard.store.deleteObject(yard.bucket.id, key, {})
    yard.clock.time += 10
    for (let step = 0; step < 5; step++) await yard.job.step()
    assert.ok((await Array.fromAsync(yard.blobs.list())).includes(file))
    release()
    await drain(yard)
    assert.ok(!(await Array.fromAsync(yard.blobs.list())).includes(file))
  })
})

test('where the rows cannot follow, the new places are given up and nothing is lost', async () => {
  await withYard(async (yard) => {
    const { store, blobs, examiner, names, holds, clock } = yard
    const moves = { fails: true }
    const metadata = {
      abandonBytes: (id: BlobId) => store.abandonBytes(id),
      settlePack: async (...[file, moved]: Parameters<typeof store.settlePack>) => {
        if (moves.fails && moved.length > 0) throw new Error('the record is damaged')
        return store.settlePack(file, moved)
      },
    }
    const setAside = async (): Promise<void> => assert.fail('nothing is to be set aside')
    const packs = new PackKeeper({ blobs, examiner, names, metadata, setAside })
    const job = new ReclaimJob({ metadata: store, blobs, holds, packs, clock, graceMs: 0 })
    const before = await packed(yard)
    const [left, ...others] = before.keys()
    assert.ok(left !== undefined)
    for (const key of others) await store.deleteObject(yard.bucket.id, key, {})
    clock.time += 1
    await assert.rejects(job.step(), /record is damaged/)
    await drain({ ...yard, job })
    await expectAll(yard)
    assert.equal(await blobOf(yard, left), before.get(left))
    const files = new Set(await Promise.all((await keysOf(yard)).map((key) => blobOf(yard, key))))
    const named = new Set([...files].map(fileOf))
    assert.deepEqual(new Set(await Array.fromAsync(blobs.list())), named)
  })
})

test('a pack that cannot be settled keeps none of the others', async () => {
  await withYard(async (yard) => {
    const { store, blobs, examiner, names, holds, clock, bucket } = yard
    const before = await packed(yard)
    const [bad] = [...before.values()].map(fileOf)
    const others = Array.from({ length: count }, (_, index) => `more${index}`)
    await Promise.all(others.map((key) => put(yard, key, true)))
    const failing = {
      get: blobs.get.bind(blobs),
      put: blobs.put.bind(blobs),
      remove: blobs.remove.bind(blobs),
      strike: async (ids: readonly BlobId[]): Promise<void> => {
        if (ids.some((id) => fileOf(id) === bad)) throw new Error('EIO')
        return blobs.strike(ids)
      },
    }
    const setAside = async (): Promise<void> => assert.fail('nothing is to be set aside')
    const packs = new PackKeeper({ blobs: failing, examiner, names, metadata: store, setAside })
    const job = new ReclaimJob({ metadata: store, blobs, holds, packs, clock, graceMs: 0 })
    const gone = [[...before.keys()][0] ?? '', ...others.slice(0, 3)]
    for (const key of gone) await store.deleteObject(bucket.id, key, {})
    clock.time += 1
    await assert.rejects(job.step(), /EIO/)
    const left = await store.claimReclaim(clock.now() + 1, 10)
    assert.deepEqual(
      left.map(({ locator }) => locator.kind === 'blob' && fileOf(locator.blob)),
      [bad],
    )
  })
})
