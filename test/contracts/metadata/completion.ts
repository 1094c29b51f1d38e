/** Complete: exactly the listed parts become the object, once, and the receipt remembers the answer. */
import assert from 'node:assert/strict'
import { it } from 'node:test'
import { isRefusal } from '../../../src/stores/metadata/store.ts'
import {
  accepted,
  blob,
  completedObject,
  completion,
  inBlob,
  newObject,
  newPart,
  newUpload,
  reclaim,
  small,
  uploadWith,
  wholeRange,
  withStore,
} from './scene.ts'
import type { Open } from './scene.ts'

export function completionContract(open: Open): void {
  it('makes the parts one object, and leaves a receipt', async () => {
    await withStore(open, async (scene) => {
      const { store, bucket, clock } = scene
      const { upload, parts } = await uploadWith(scene, { key: 'k', uploadId: 'u1', count: 3 })
      const asked = completion(upload, parts)
      const row = accepted(await store.completeUpload(asked))
      assert.deepEqual([row.sizeBytes, row.partCount, row.etag], [30, 3, 'whole-3'])
      assert.deepEqual(row.locator, { kind: 'parts', content: upload.content })
      assert.deepEqual((await store.getObject(bucket.id, 'k'))?.row, row)
      assert.equal(await store.getUpload('u1'), undefined)
      assert.deepEqual(await store.getReceipt('u1'), {
        uploadId: 'u1',
        bucket: bucket.id,
        key: 'k',
        requestHash: 'hash',
        completed: clock.time,
        answer: { ETag: 'whole-3' },
      })
      assert.deepEqual(await store.completeUpload(asked), { refused: 'upload-missing' })
      assert.deepEqual(await store.abortUpload('u1'), { refused: 'upload-missing' })
      assert.deepEqual(await reclaim(scene), [])
      await store.deleteObject(bucket.id, 'k', {})
      assert.notEqual(await store.getReceipt('u1'), undefined)
      assert.equal(await store.expireReceipts(clock.time), 0)
      assert.equal(await store.expireReceipts(clock.time + 1), 1)
      assert.equal(await store.getReceipt('u1'), undefined)
    })
  })

  it('answers the parts and the runs of the object by offset', async () => {
    await withStore(open, async ({ store, bucket }) => {
      const upload = accepted(await store.createUpload(newUpload(bucket.id, 'k', 'u1')))
      const runs = [
        { sizeBytes: 4, locator: inBlob(20, 100) },
        { sizeBytes: 6, locator: small('abcdef') },
      ]
      const parts = [
        accepted(await store.putPart('u1', newPart(2))),
        accepted(await store.putPart('u1', newPart(5, { runs }))),
        accepted(await store.putPart('u1', newPart(8, { sizeBytes: 0, runs: [] }))),
        accepted(await store.putPart('u1', newPart(9))),
      ]
      accepted(await store.completeUpload(completion(upload, parts)))
      const page = await store.objectParts(upload.content, 2, 2)
      assert.deepEqual(page, {
        parts: [
          { ...parts[1], offset: 10 },
          { ...parts[2], offset: 20 },
        ],
        truncated: true,
      })
      const starts = async (offset: number, max: number, until = 30): Promise<number[]> => {
        const range = { offset, lengthBytes: until - offset }
        return (await store.objectRuns(upload.content, range, max)).map((run) => run.start)
      }
      assert.deepEqual(await starts(0, 9), [0, 10, 14, 20])
      assert.deepEqual(await starts(9, 1), [0])
      assert.deepEqual(await starts(13, 2), [10, 14])
      assert.deepEqual(await starts(14, 9), [14, 20])
      assert.deepEqual(await starts(29, 9), [20])
      assert.deepEqual(await starts(30, 9, 31), [])
      // None that the range does not touch.
      assert.deepEqual(await starts(0, 9, 10), [0])
      assert.deepEqual(await starts(0, 9, 11), [0, 10])
      assert.deepEqual(await starts(12, 9, 13), [10])
      const [first, second] = await store.objectRuns(
        upload.content,
        { offset: 10, lengthBytes: 20 },
        2,
      )
      assert.deepEqual(first, { ...runs[0], start: 10 })
      assert.ok(second?.locator.kind === 'inline')
      const bytes = await store.inlineBytes(second.locator.row)
      assert.equal(Buffer.from(bytes ?? []).toString(), 'abcdef')
    })
  })

  it('takes a subset, and sends the rest to reclaim', async () => {
    await withStore(open, async (scene) => {
      const { store } = scene
      const { upload, parts } = await uploadWith(scene, { key: 'k', uploadId: 'u1', count: 5 })
      const listed = parts.filter((part) => part.number % 2 === 0)
      const row = accepted(await store.completeUpload(completion(upload, listed)))
      assert.deepEqual([row.sizeBytes, row.partCount], [20, 2])
      const { parts: kept } = await store.objectParts(upload.content, 0, 10)
      assert.deepEqual(
        kept.map((part) => [part.number, part.offset]),
        [
          [2, 0],
          [4, 10],
        ],
      )
      assert.deepEqual(await reclaim(scene), [blob(1), blob(3), blob(5)])
    })
  })

  it('refuses a list that is no longer true, and changes nothing', async () => {
    await withStore(open, async (scene) => {
      const { store, bucket } = scene
      const { upload, parts } = await uploadWith(scene, { key: 'k', uploadId: 'u1', count: 4 })
      const changed = { refused: 'parts-changed' }
      const replaced = accepted(
        await store.putPart('u1', newPart(3, { runs: [{ sizeBytes: 10, locator: inBlob(9) }] })),
      )
      assert.deepEqual(await store.completeUpload(completion(upload, parts)), changed)
      const missing = [...parts.slice(0, 2), { ...replaced, number: 9 }]
      assert.deepEqual(await store.completeUpload(completion(upload, missing)), changed)
      const otherKey = completion({ ...upload, key: 'other' }, parts)
      assert.deepEqual(await store.completeUpload(otherKey), { refused: 'upload-missing' })
      assert.equal(await store.getObject(bucket.id, 'k'), undefined)
      assert.equal(await store.getReceipt('u1'), undefined)
      assert.equal((await store.listParts('u1', 0, 10)).parts.length, 4)
      await assert.rejects(
        store.completeUpload(completion(upload, parts.toReversed())),
        /ascending/,
      )
      const now = parts.map((part) => (part.number === 3 ? replaced : part))
      accepted(await store.completeUpload(completion(upload, now)))
      assert.deepEqual(await reclaim(scene), [blob(3)])
    })
  })

  it('judges its condition where it commits, and reclaims the object that it replaces', async () => {
    await withStore(open, async (scene) => {
      const { store, bucket } = scene
      await store.putObject(newObject(bucket.id, 'k', { locator: inBlob(99) }), {})
      const { upload, parts } = await uploadWith(scene, { key: 'k', uploadId: 'u1', count: 1 })
      const none = await store.completeUpload(completion(upload, parts, { ifNoneMatch: ['*'] }))
      assert.deepEqual(none, { refused: 'condition-failed', condition: 'If-None-Match' })
      accepted(await store.completeUpload(completion(upload, parts, { ifMatch: ['e1'] })))
      assert.deepEqual(await reclaim(scene), [blob(99)])
    })
  })

  it('gives one of Complete, Complete, Abort and a late part the upload', async () => {
    await withStore(open, async (scene) => {
      const { store, bucket } = scene
      for (let round = 0; round < 40; round++) {
        const made = {
          key: `k${round}`,
          uploadId: `u${round}`,
          count: 3,
          firstBlob: 1 + round * 10,
        }
        const { upload, parts } = await uploadWith(scene, made)
        const late = newPart(2, { runs: [{ sizeBytes: 10, locator: inBlob(9 + round * 10) }] })
        const races = [
          (): Promise<unknown> => store.completeUpload(completion(upload, parts)),
          (): Promise<unknown> => store.completeUpload(completion(upload, parts)),
          (): Promise<unknown> => store.abortUpload(made.uploadId),
          (): Promise<unknown> => store.putPart(made.uploadId, late),
        ]
        const order = [0, 1, 2, 3].map((index) => (index + round) % 4)
        const results = await Promise.all(order.map(async (index) => races[index]?.()))
        const winners = order.filter((race, index) => race < 3 && !isRefusal(results[index]))
        assert.equal(winners.length, 1)
        const found = await store.getObject(bucket.id, made.key)
        assert.equal(found !== undefined, winners[0] !== 2)
      }
    })
  })

  it('completes ten thousand parts, and parts of many runs', async () => {
    await withStore(open, async (scene) => {
      const { store, bucket } = scene
      const { upload, parts } = await uploadWith(scene, { key: 'k', uploadId: 'u1', count: 9_999 })
      const runs = Array.from({ length: 10_000 }, (_, index) => ({
        sizeBytes: 2,
        locator: inBlob(20_000 + index),
      }))
      const last = accepted(await store.putPart('u1', newPart(10_000, { sizeBytes: 20_000, runs })))
      const row = accepted(await store.completeUpload(completion(upload, [...parts, last])))
      assert.deepEqual([row.sizeBytes, row.partCount], [119_990, 10_000])
      const [run] = await store.objectRuns(upload.content, { offset: 119_989, lengthBytes: 1 }, 5)
      assert.deepEqual(run, { start: 119_988, sizeBytes: 2, locator: inBlob(29_999) })
      await store.deleteObject(bucket.id, 'k', {})
      const freed = new Set<string>()
      for (let step = 0; step < 40; step++) {
        const due = await store.claimReclaim(scene.clock.now() + 1, 1)
        for (const file of (await store.finishReclaim(due)).freed) freed.add(file)
      }
      assert.equal(freed.size, 19_999)
    })
  })

  it('keeps an object that other objects replace under it', async () => {
    await withStore(open, async (scene) => {
      const first = await completedObject(scene, {
        key: 'k',
        uploadId: 'u1',
        count: 2,
        firstBlob: 1,
      })
      const second = await completedObject(scene, {
        key: 'k',
        uploadId: 'u2',
        count: 2,
        firstBlob: 3,
      })
      assert.notEqual(first.content, second.content)
      assert.deepEqual(await reclaim(scene), [blob(1), blob(2)])
      assert.equal((await scene.store.objectRuns(second.content, wholeRange, 9)).length, 2)
    })
  })
}
