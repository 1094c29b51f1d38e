/** Reclaim removes what was replaced, aborted or deleted, and never what is referenced, held or within its grace. */
import assert from 'node:assert/strict'
import { it } from 'node:test'
import { Holds } from '../../src/base/holds.ts'
import type { FileId } from '../../src/base/ids.ts'
import { ReclaimJob } from '../../src/jobs/reclaim.ts'
import { openMemoryMetadata } from '../../src/stores/metadata/memory.ts'
import {
  blob,
  completedObject,
  inBlob,
  newObject,
  newPart,
  uploadWith,
  wholeRange,
  withStore,
} from '../contracts/metadata/scene.ts'
import type { Scene } from '../contracts/metadata/scene.ts'

const graceMs = 1000

interface Yard extends Scene {
  readonly holds: Holds
  readonly job: ReclaimJob
  readonly removed: FileId[]
  /** Fails the next removal. */
  fail: boolean
  /** Cannot be removed. */
  failing: FileId | undefined
}

async function withYard(run: (yard: Yard) => Promise<void>): Promise<void> {
  await withStore(
    async (clock) => openMemoryMetadata(clock),
    async (scene) => {
      const holds = new Holds()
      const removed: FileId[] = []
      const remove = async (id: FileId): Promise<void> => {
        if (yard.fail || yard.failing === id) throw new Error('EIO')
        removed.push(id)
      }
      const { store: metadata, clock } = scene
      const noPack = async (): Promise<void> => assert.fail('there is no pack')
      const packs = { settle: noPack, remove: noPack }
      const parts = { metadata, blobs: { remove }, holds, packs, clock, graceMs }
      const job = new ReclaimJob(parts)
      const yard: Yard = { ...scene, holds, job, removed, fail: false, failing: undefined }
      await run(yard)
    },
  )
}

async function drain(job: ReclaimJob): Promise<void> {
  for (let step = 0; step < 500; step++) if (!(await job.step())) return
  assert.fail('the job finds no end')
}

/** Lets the grace pass, then everything that is due go. */
async function sweep(yard: Yard): Promise<readonly FileId[]> {
  yard.clock.time += graceMs + 1
  yard.removed.length = 0
  await drain(yard.job)
  return yard.removed.toSorted()
}

it('removes what an object replaced, after its grace', async () => {
  await withYard(async (yard) => {
    const { store, bucket, job, removed } = yard
    for (const number of [1, 2]) {
      await store.putObject(newObject(bucket.id, 'k', { locator: inBlob(number) }), {})
    }
    yard.clock.time += graceMs
    await drain(job)
    assert.deepEqual(removed, [])
    assert.deepEqual(await sweep(yard), [blob(1)])
    assert.deepEqual(await sweep(yard), [])
    assert.deepEqual([...(await store.referenced([blob(1), blob(2)]))], [blob(2)])
  })
})

it('removes the parts of an aborted upload, replaced parts, and parts that were not listed', async () => {
  await withYard(async (yard) => {
    await uploadWith(yard, { key: 'k', uploadId: 'u1', count: 3 })
    await yard.store.putPart('u1', newPart(2, { runs: [{ sizeBytes: 10, locator: inBlob(9) }] }))
    assert.deepEqual(await sweep(yard), [blob(2)])
    await yard.store.abortUpload('u1')
    assert.deepEqual(await sweep(yard), [blob(1), blob(3), blob(9)])
  })
})

it('keeps what a reader of the object, of its content or of the blob holds', async () => {
  await withYard(async (yard) => {
    const { store, bucket, holds } = yard
    const big = await completedObject(yard, { key: 'big', uploadId: 'u1', count: 2 })
    await store.putObject(newObject(bucket.id, 'one', { locator: inBlob(7) }), {})
    const releases = [holds.hold(`content:${big.content}`), holds.hold(`blob:${blob(7)}`)]
    await store.deleteObject(bucket.id, 'big', {})
    await store.deleteObject(bucket.id, 'one', {})
    assert.deepEqual(await sweep(yard), [])
    assert.equal((await store.objectRuns(big.content, wholeRange, 9)).length, 2)
    releases[1]?.()
    assert.deepEqual(await sweep(yard), [blob(7)])
    releases[0]?.()
    assert.deepEqual(await sweep(yard), [blob(1), blob(2)])
  })
})

it('keeps a held blob that loses its last row with the content of another object', async () => {
  await withYard(async (yard) => {
    const { store, bucket, holds } = yard
    await completedObject(yard, { key: 'big', uploadId: 'u1', count: 2 })
    await store.putObject(newObject(bucket.id, 'copy', { locator: inBlob(2) }), {})
    const release = holds.hold(`blob:${blob(2)}`)
    await store.deleteObject(bucket.id, 'copy', {})
    await store.deleteObject(bucket.id, 'big', {})
    assert.deepEqual(await sweep(yard), [blob(1)])
    release()
    assert.deepEqual(await sweep(yard), [blob(2)])
  })
})

it('gets past any number of held entries', async () => {
  await withYard(async (yard) => {
    const { store, bucket, holds } = yard
    for (let number = 1; number <= 1300; number++) {
      holds.hold(`blob:${blob(number)}`)
      await store.putObject(newObject(bucket.id, 'k', { locator: inBlob(number) }), {})
    }
    await store.putObject(newObject(bucket.id, 'k', { locator: inBlob(2000) }), {})
    await store.deleteObject(bucket.id, 'k', {})
    assert.deepEqual(await sweep(yard), [blob(2000)])
  })
})

it('tries again what could not be removed', async () => {
  await withYard(async (yard) => {
    await yard.store.putObject(newObject(yard.bucket.id, 'k', { locator: inBlob(1) }), {})
    await yard.store.deleteObject(yard.bucket.id, 'k', {})
    yard.fail = true
    await assert.rejects(sweep(yard), /EIO/)
    yard.fail = false
    assert.deepEqual(await sweep(yard), [blob(1)])
  })
})

it('removes the others when one cannot be removed', async () => {
  await withYard(async (yard) => {
    for (const number of [1, 2, 3]) {
      await yard.store.putObject(newObject(yard.bucket.id, 'k', { locator: inBlob(number) }), {})
    }
    await yard.store.deleteObject(yard.bucket.id, 'k', {})
    yard.failing = blob(1)
    await assert.rejects(sweep(yard), /EIO/)
    yard.failing = undefined
    assert.deepEqual(yard.removed.toSorted(), [blob(2), blob(3)])
    assert.deepEqual(await sweep(yard), [blob(1)])
  })
})

it('empties a large content in steps', async () => {
  await withYard(async (yard) => {
    await completedObject(yard, { key: 'big', uploadId: 'u1', count: 2500 })
    await yard.store.deleteObject(yard.bucket.id, 'big', {})
    assert.equal((await sweep(yard)).length, 2500)
    assert.deepEqual(await yard.store.claimReclaim(yard.clock.time + 1, 10), [])
  })
})
