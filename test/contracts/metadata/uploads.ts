/** Uploads: open from creation until completed or aborted, with a content number of their own. */
import assert from 'node:assert/strict'
import { it } from 'node:test'
import { accepted, newPart, newUpload, reclaim, uploadWith, withStore, blob } from './scene.ts'
import type { Open } from './scene.ts'

export function uploadsContract(open: Open): void {
  it('keeps an upload as it was begun', async () => {
    await withStore(open, async ({ store, bucket }) => {
      const begun = newUpload(bucket.id, 'k/\u{1f600}', 'u1')
      const upload = accepted(await store.createUpload(begun))
      assert.deepEqual(upload, { ...begun, content: upload.content })
      assert.deepEqual(await store.getUpload('u1'), upload)
      assert.equal(await store.getUpload('u2'), undefined)
      const plain = accepted(
        await store.createUpload({ ...newUpload(bucket.id, 'k', 'u2'), checksum: undefined }),
      )
      assert.deepEqual(await store.getUpload('u2'), plain)
      assert.ok(plain.content > upload.content)
    })
  })

  it('aborts an upload once, and takes no part of it any more', async () => {
    await withStore(open, async (scene) => {
      const { store } = scene
      await uploadWith(scene, { key: 'k', uploadId: 'u1', count: 3 })
      assert.equal(await store.abortUpload('u1'), undefined)
      const missing = { refused: 'upload-missing' }
      assert.deepEqual(await store.abortUpload('u1'), missing)
      assert.deepEqual(await store.putPart('u1', newPart(4)), missing)
      assert.equal(await store.getUpload('u1'), undefined)
      assert.deepEqual(await store.listParts('u1', 0, 10), { parts: [], truncated: false })
      assert.deepEqual(await reclaim(scene), [blob(1), blob(2), blob(3)])
    })
  })

  it('never gives a content number twice', async () => {
    await withStore(open, async ({ store, bucket }) => {
      const first = accepted(await store.createUpload(newUpload(bucket.id, 'k', 'u1')))
      await store.abortUpload('u1')
      const second = accepted(await store.createUpload(newUpload(bucket.id, 'k', 'u2')))
      assert.ok(second.content > first.content)
    })
  })
}
