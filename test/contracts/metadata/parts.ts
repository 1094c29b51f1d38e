/** Parts: the last write of a number wins, each write has a revision of its own, and what it replaced goes to reclaim. */
import assert from 'node:assert/strict'
import { it } from 'node:test'
import {
  accepted,
  blob,
  inBlob,
  newPart,
  newUpload,
  reclaim,
  small,
  uploadWith,
  withStore,
} from './scene.ts'
import type { Open } from './scene.ts'

export function partsContract(open: Open): void {
  it('keeps a part as it was put, in pages by number', async () => {
    await withStore(open, async ({ store, bucket }) => {
      await store.createUpload(newUpload(bucket.id, 'k', 'u1'))
      const numbers = [10_000, 3, 1, 7]
      for (const number of numbers) {
        const part = newPart(number)
        const row = accepted(await store.putPart('u1', part))
        const { runs: _runs, ...said } = part
        assert.deepEqual(row, { ...said, revision: row.revision })
      }
      const page = await store.listParts('u1', 0, 3)
      assert.deepEqual([page.parts.map((part) => part.number), page.truncated], [[1, 3, 7], true])
      const rest = await store.listParts('u1', 3, 2)
      assert.deepEqual(
        [rest.parts.map((part) => part.number), rest.truncated],
        [[7, 10_000], false],
      )
      assert.deepEqual(await store.listParts('u1', 0, 0), { parts: [], truncated: false })
    })
  })

  it('replaces a part of the same number, also one of several runs', async () => {
    await withStore(open, async (scene) => {
      const { store, bucket } = scene
      await store.createUpload(newUpload(bucket.id, 'k', 'u1'))
      const runs = [inBlob(1), inBlob(2, 5), small('xyz')].map((locator) => ({
        sizeBytes: 3,
        locator,
      }))
      const first = accepted(await store.putPart('u1', newPart(1, { sizeBytes: 9, runs })))
      const second = accepted(
        await store.putPart('u1', newPart(1, { runs: [{ sizeBytes: 10, locator: inBlob(9) }] })),
      )
      assert.ok(second.revision > first.revision)
      assert.deepEqual((await store.listParts('u1', 0, 10)).parts, [second])
      assert.deepEqual(await reclaim(scene), [blob(1), blob(2)])
      await store.filesRemoved([blob(1), blob(2)])
      assert.deepEqual([...(await store.referenced([blob(1), blob(2), blob(9)]))], [blob(9)])
    })
  })

  it('gives every write of every part a greater revision', async () => {
    await withStore(open, async (scene) => {
      const { store } = scene
      const { parts } = await uploadWith(scene, { key: 'k', uploadId: 'u1', count: 50 })
      const again = await Promise.all(
        parts.map((part) => store.putPart('u1', newPart(part.number))),
      )
      const first = parts.map((part) => part.revision)
      const second = again.map((part) => accepted(part).revision)
      assert.equal(new Set([...first, ...second]).size, 100)
      assert.ok(Math.min(...second) > Math.max(...first))
    })
  })

  it('keeps one of many writers of a number, whole', async () => {
    await withStore(open, async (scene) => {
      const { store, bucket } = scene
      await store.createUpload(newUpload(bucket.id, 'k', 'u1'))
      const writers = Array.from({ length: 64 }, (_, index) =>
        store.putPart(
          'u1',
          newPart(1, { etag: `e${index}`, runs: [{ sizeBytes: 10, locator: inBlob(index + 1) }] }),
        ),
      )
      const rows = (await Promise.all(writers)).map(accepted)
      const last = rows.toSorted((a, b) => a.revision - b.revision).at(-1)
      const kept = (await store.listParts('u1', 0, 10)).parts
      assert.deepEqual(kept, [last])
      const winner = rows.findIndex((row) => row === last)
      const lost = rows.map((_, index) => blob(index + 1)).filter((_, index) => index !== winner)
      assert.deepEqual(await reclaim(scene), lost)
    })
  })

  it('keeps a part without bytes', async () => {
    await withStore(open, async ({ store, bucket }) => {
      await store.createUpload(newUpload(bucket.id, 'k', 'u1'))
      const part = accepted(await store.putPart('u1', newPart(1, { sizeBytes: 0, runs: [] })))
      assert.deepEqual((await store.listParts('u1', 0, 1)).parts, [part])
    })
  })
}
