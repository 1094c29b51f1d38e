/** Packs, files of several blobs: a blob that is given up waits for its file, and what is left of a sparse one moves out. */
import assert from 'node:assert/strict'
import { it } from 'node:test'
import { blobAt, type BlobId } from '../../../src/base/ids.ts'
import type { Reclaimed, ReclaimEntry } from '../../../src/stores/metadata/store.ts'
import {
  accepted,
  blob,
  completedObject,
  newObject,
  newPart,
  newUpload,
  plain,
  uploadWith,
  wholeRange,
  withStore,
  type Open,
  type Scene,
} from './scene.ts'

const pack = blob(100)
const pages = 5

/** The `number`th blob of the pack. */
function member(number: number): BlobId {
  return blobAt(pack, { firstPage: number * pages, pages })
}

function inPack(number: number, offset = 0) {
  return { kind: 'blob', blob: member(number), offset } as const
}

async function put(scene: Scene, ...numbers: readonly number[]): Promise<void> {
  const { store, bucket } = scene
  for (const number of numbers) {
    const object = newObject(bucket.id, `k${number}`, { locator: inPack(number) })
    accepted(await store.putObject(object, {}))
  }
}

async function remove({ store, bucket }: Scene, ...numbers: readonly number[]): Promise<void> {
  for (const number of numbers) await store.deleteObject(bucket.id, `k${number}`, {})
}

function due({ store, clock }: Scene): Promise<readonly ReclaimEntry[]> {
  return store.claimReclaim(clock.now() + 1, 10_000)
}

async function finish(scene: Scene, held = [] as (typeof pack)[]): Promise<Reclaimed> {
  return scene.store.finishReclaim(await due(scene), held)
}

const nothing: Reclaimed = { freed: [], freedPacks: [], thinned: [] }

/** The pack may go: these were given up. */
function freedWith(...numbers: readonly number[]): Reclaimed {
  return { ...nothing, freedPacks: [{ file: pack, givenUp: numbers.map(member) }] }
}

/** These were given up and the pack stays; those have to move. */
function thinnedBy(given: readonly number[], left: readonly number[] = []): Reclaimed {
  const thinned = { file: pack, givenUp: given.map(member), toMove: left.map(member) }
  return { ...nothing, thinned: [thinned] }
}

export function packsContract(open: Open): void {
  it('keeps a pack until the last of its blobs is given up', async () => {
    await withStore(open, async (scene) => {
      const { store } = scene
      await put(scene, 0, 1, 2)
      await remove(scene, 0)
      assert.deepEqual(await finish(scene), thinnedBy([0]))
      assert.deepEqual(await finish(scene), thinnedBy([0]), 'until it is settled')
      await store.settlePack(pack, [])
      assert.deepEqual(await due(scene), [], 'it waits for the file')
      assert.deepEqual([...(await store.referenced([pack]))], [pack])
      await remove(scene, 1, 2)
      assert.deepEqual(await finish(scene), freedWith(0, 1, 2))
      assert.deepEqual(await finish(scene), freedWith(0, 1, 2), 'until it is removed')
      await store.filesRemoved([pack])
      assert.deepEqual(await due(scene), [])
      assert.deepEqual([...(await store.referenced([pack]))], [])
    })
  })

  it('does not give up a pack of which something may still be read, or is still being written', async () => {
    await withStore(open, async (scene) => {
      const { clock, store } = scene
      await put(scene, 0, 1)
      await remove(scene, 0)
      clock.time += 10
      await remove(scene, 1)
      const early = await store.claimReclaim(clock.now(), 10)
      assert.equal(early.length, 1)
      assert.deepEqual(await store.finishReclaim(early), thinnedBy([0]), 'one is in its grace')
      assert.deepEqual(await finish(scene, [pack]), nothing)
      assert.deepEqual(await finish(scene), freedWith(0, 1))
    })
  })

  it('tells what is left of a pack once more is gone, until it has moved', async () => {
    await withStore(open, async (scene) => {
      const { store, bucket } = scene
      await put(scene, 0, 1, 2, 3)
      await remove(scene, 0, 1)
      assert.deepEqual(await finish(scene), thinnedBy([0, 1]))
      await store.settlePack(pack, [])
      await remove(scene, 2)
      assert.deepEqual(await finish(scene), thinnedBy([2], [3]))
      await store.settlePack(pack, [{ from: member(3), to: blob(7) }])
      const found = await store.getObject(bucket.id, 'k3')
      assert.deepEqual(found?.row.locator, { kind: 'blob', blob: blob(7), offset: 0 })
      // Who read the row before may still be on the way to its bytes: the old place has its grace.
      assert.equal((await due(scene)).length, 1)
      assert.deepEqual(await finish(scene), freedWith(0, 1, 2, 3))
      await store.filesRemoved([pack])
      await remove(scene, 3)
      assert.deepEqual(await finish(scene), { ...nothing, freed: [blob(7)] })
    })
  })

  it('asks no more for a pack that could not be moved, until more of it goes', async () => {
    await withStore(open, async (scene) => {
      await put(scene, 0, 1, 2, 3, 4)
      await remove(scene, 0, 1, 2)
      assert.deepEqual(await finish(scene), thinnedBy([0, 1, 2], [3, 4]))
      await scene.store.settlePack(pack, [])
      assert.deepEqual(await due(scene), [])
      await remove(scene, 3)
      assert.deepEqual(await finish(scene), thinnedBy([3], [4]))
    })
  })

  it('moves copies, versions of attributes and stretches along', async () => {
    await withStore(open, async (scene) => {
      const { store, bucket } = scene
      const sealed = { wrapped: 'w', sizeBytes: 3 }
      const encryption = { method: 'SSE-S3', keyId: 'k', wrapped: 'e' } as const
      const attributes = { ...plain, encryption, tags: [['a', 'b']] as const }
      const object = newObject(bucket.id, 'sealed', {
        locator: inPack(0),
        seal: sealed,
        attributes,
      })
      const written = accepted(await store.putObject(object, {}))
      accepted(
        await store.putObject(newObject(bucket.id, 'copy', { locator: inPack(0, 4096) }), {}),
      )
      const upload = accepted(await store.createUpload(newUpload(bucket.id, 'up', 'u1')))
      const runs = [
        { sizeBytes: 10, locator: inPack(0, 77) },
        { sizeBytes: 10, locator: inPack(0, 8), seal: sealed },
      ]
      const part = accepted(await store.putPart('u1', newPart(1, { runs, sizeBytes: 20 })))
      await store.settlePack(pack, [{ from: member(0), to: member(9) }])
      const [whole, copy] = [
        await store.getObject(bucket.id, 'sealed'),
        await store.getObject(bucket.id, 'copy'),
      ]
      assert.deepEqual(whole?.row, { ...written, locator: inPack(9) })
      assert.deepEqual(copy?.row.locator, inPack(9, 4096))
      assert.deepEqual((await store.listParts('u1', 0, 10)).parts, [part])
      const found = await store.objectRuns(upload.content, wholeRange, 10)
      assert.deepEqual(
        found.map(({ locator, seal }) => [locator, seal]),
        [
          [inPack(9, 77), undefined],
          [inPack(9, 8), sealed],
        ],
      )
    })
  })

  it('gives up the new place of what was given up meanwhile', async () => {
    await withStore(open, async (scene) => {
      const { store } = scene
      await put(scene, 0, 1)
      await remove(scene, 0)
      await store.settlePack(pack, [{ from: member(0), to: blob(7) }])
      assert.deepEqual(await finish(scene), { ...thinnedBy([0]), freed: [blob(7)] })
    })
  })

  it('lets no copy name a blob that is given up', async () => {
    await withStore(open, async (scene) => {
      const { store, bucket } = scene
      await put(scene, 0, 1)
      await remove(scene, 0)
      await finish(scene)
      const copy = (number: number) =>
        store.putObject(newObject(bucket.id, 'copy', { locator: inPack(number) }), {})
      assert.deepEqual(await copy(0), { refused: 'bytes-missing' })
      accepted(await copy(1))
    })
  })

  it('keeps what a copy names when the first name of it goes', async () => {
    await withStore(open, async (scene) => {
      const { store, bucket } = scene
      await put(scene, 0, 1)
      accepted(await store.putObject(newObject(bucket.id, 'copy', { locator: inPack(0) }), {}))
      await remove(scene, 0, 1)
      assert.deepEqual(await finish(scene), thinnedBy([1]))
      await store.deleteObject(bucket.id, 'copy', {})
      assert.deepEqual(await finish(scene), freedWith(0, 1))
    })
  })

  it('frees a pack of parts, a step after their content', async () => {
    await withStore(open, async (scene) => {
      const { store, bucket } = scene
      const { upload } = await uploadWith(scene, { key: 'gone', uploadId: 'u1', count: 0 })
      for (const number of [1, 2]) {
        const runs = [{ sizeBytes: 10, locator: inPack(number) }]
        accepted(await store.putPart('u1', newPart(number, { runs, sizeBytes: 10 })))
      }
      assert.ok(upload.content > 0)
      await completedObject(scene, { key: 'other', uploadId: 'u2', count: 1 })
      await store.abortUpload('u1')
      assert.deepEqual(await finish(scene), nothing)
      assert.deepEqual(await finish(scene), freedWith(1, 2))
      assert.ok(await store.getObject(bucket.id, 'other'))
    })
  })

  it('gives up what came in for a row that was refused', async () => {
    await withStore(open, async (scene) => {
      const { store } = scene
      await put(scene, 0)
      await store.abandonBytes(member(1))
      assert.deepEqual(await finish(scene), thinnedBy([1]))
      await remove(scene, 0)
      assert.deepEqual(await finish(scene), freedWith(0, 1))
    })
  })
}
