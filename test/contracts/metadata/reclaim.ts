/** Reclaim: bytes leave through the queue, only when no row names them, and survive every way of stopping half-way. */
import assert from 'node:assert/strict'
import { it } from 'node:test'
import type { NewLocator } from '../../../src/stores/metadata/records.ts'
import {
  accepted,
  blob,
  completedObject,
  inBlob,
  newObject,
  newPart,
  newUpload,
  reclaim,
  uploadWith,
  wholeRange,
  withStore,
} from './scene.ts'
import type { Open } from './scene.ts'

export function reclaimContract(open: Open): void {
  it('hands out what was unlinked before the given time, in order, up to max', async () => {
    await withStore(open, async ({ store, bucket, clock }) => {
      for (const number of [1, 2, 3]) {
        clock.time += 10
        await store.putObject(newObject(bucket.id, 'k', { locator: inBlob(number) }), {})
      }
      assert.deepEqual(await store.claimReclaim(clock.time - 10, 10), [])
      const [first, second] = await store.claimReclaim(clock.time + 1, 10)
      assert.deepEqual([first?.locator, second?.locator], [inBlob(1), inBlob(2)])
      assert.deepEqual(await store.claimReclaim(clock.time + 1, 1), [first])
      assert.deepEqual(await store.claimReclaim(clock.time, 10), [first])
    })
  })

  it('reports a blob until its bytes are gone, and again after a stop half-way', async () => {
    await withStore(open, async (scene) => {
      const { store, bucket } = scene
      await store.putObject(newObject(bucket.id, 'k', { locator: inBlob(1) }), {})
      await store.deleteObject(bucket.id, 'k', {})
      assert.deepEqual([...(await store.referenced([blob(1), blob(2)]))], [blob(1)])
      assert.deepEqual(await reclaim(scene), [blob(1)])
      assert.deepEqual(await reclaim(scene), [blob(1)])
      await store.filesRemoved([blob(1)])
      assert.deepEqual(await reclaim(scene), [])
      assert.deepEqual([...(await store.referenced([blob(1)]))], [])
      await store.filesRemoved([blob(1)])
    })
  })

  it('keeps a blob as long as a copy names it, at whatever offset', async () => {
    await withStore(open, async (scene) => {
      const { store, bucket } = scene
      for (const [key, offset] of [
        ['a', 0],
        ['b', 0],
        ['c', 4096],
      ] as const) {
        accepted(
          await store.putObject(newObject(bucket.id, key, { locator: inBlob(1, offset) }), {}),
        )
      }
      for (const key of ['a', 'c']) {
        await store.deleteObject(bucket.id, key, {})
        assert.deepEqual(await reclaim(scene), [])
      }
      await store.deleteObject(bucket.id, 'b', {})
      assert.deepEqual(await reclaim(scene), [blob(1)])
    })
  })

  it('forgets small bytes with the last object that names them', async () => {
    await withStore(open, async (scene) => {
      const { store, bucket } = scene
      const { locator } = accepted(await store.putObject(newObject(bucket.id, 'a'), {}))
      accepted(await store.putObject(newObject(bucket.id, 'b', { locator }), {}))
      const row = locator.kind === 'inline' ? locator.row : -1
      await store.deleteObject(bucket.id, 'a', {})
      await reclaim(scene)
      const copy = await store.getObject(bucket.id, 'b')
      assert.equal(Buffer.from(copy?.bytes ?? []).toString(), 'abc')
      await store.deleteObject(bucket.id, 'b', {})
      assert.notEqual(await store.inlineBytes(row), undefined)
      await reclaim(scene)
      assert.equal(await store.inlineBytes(row), undefined)
      const late = await store.putObject(newObject(bucket.id, 'c', { locator }), {})
      assert.deepEqual(late, { refused: 'bytes-missing' })
    })
  })

  it('keeps the parts of an object as long as a copy names them, and blobs as long as another part does', async () => {
    await withStore(open, async (scene) => {
      const { store, bucket } = scene
      const { content, locator } = await completedObject(scene, {
        key: 'k',
        uploadId: 'u1',
        count: 3,
      })
      accepted(await store.putObject(newObject(bucket.id, 'copy', { locator }), {}))
      await store.createUpload(newUpload(bucket.id, 'l', 'u2'))
      const runs = [{ sizeBytes: 5, locator: inBlob(2, 5) }]
      accepted(await store.putPart('u2', newPart(1, { sizeBytes: 5, runs })))
      await store.deleteObject(bucket.id, 'k', {})
      assert.deepEqual(await reclaim(scene), [])
      assert.equal((await store.objectRuns(content, wholeRange, 9)).length, 3)
      await store.deleteObject(bucket.id, 'copy', {})
      assert.deepEqual(await reclaim(scene), [blob(1), blob(3)])
      await store.filesRemoved([blob(1), blob(3)])
      assert.deepEqual(await store.objectRuns(content, wholeRange, 9), [])
      await store.abortUpload('u2')
      assert.deepEqual(await reclaim(scene), [blob(2)])
    })
  })

  it('lets nobody name again what it has given up', async () => {
    await withStore(open, async (scene) => {
      const { store, bucket } = scene
      const { locator } = await completedObject(scene, { key: 'k', uploadId: 'u1', count: 1 })
      await store.createUpload(newUpload(bucket.id, 'l', 'u2'))
      await store.deleteObject(bucket.id, 'k', {})
      assert.deepEqual(await reclaim(scene), [blob(1)])
      const copy = async (locator: NewLocator): Promise<unknown> =>
        store.putObject(newObject(bucket.id, 'copy', { locator }), {})
      const missing = { refused: 'bytes-missing' }
      assert.deepEqual(await copy(locator), missing)
      assert.deepEqual(await copy(inBlob(1)), missing)
      await store.putObject(newObject(bucket.id, 'one', { locator: inBlob(7) }), {})
      await store.deleteObject(bucket.id, 'one', {})
      assert.deepEqual(await reclaim(scene), [blob(1), blob(7)])
      assert.deepEqual(await copy(inBlob(7, 4)), missing)
      assert.deepEqual(await store.putPart('u2', newPart(1)), missing)
      assert.deepEqual((await store.listParts('u2', 0, 9)).parts, [])
    })
  })

  it('lets a copy save what still waits in the queue', async () => {
    await withStore(open, async (scene) => {
      const { store, bucket } = scene
      const { locator } = await completedObject(scene, { key: 'k', uploadId: 'u1', count: 2 })
      await store.deleteObject(bucket.id, 'k', {})
      accepted(await store.putObject(newObject(bucket.id, 'copy', { locator }), {}))
      assert.deepEqual(await reclaim(scene), [])
      assert.deepEqual(await store.claimReclaim(scene.clock.now() + 1, 10), [])
    })
  })

  it('leaves the parts of an open upload alone', async () => {
    await withStore(open, async (scene) => {
      const { store } = scene
      const { upload } = await uploadWith(scene, { key: 'k', uploadId: 'u1', count: 2 })
      const entry = { id: 1, locator: { kind: 'parts', content: upload.content } } as const
      assert.deepEqual((await store.finishReclaim([entry])).freed, [])
      assert.deepEqual(
        [...(await store.referenced([blob(1), blob(2), blob(3)]))],
        [blob(1), blob(2)],
      )
      assert.equal((await store.listParts('u1', 0, 9)).parts.length, 2)
    })
  })
}
