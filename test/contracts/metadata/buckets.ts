/** Buckets: names are unique, ids are never reused, and only an empty bucket goes. */
import assert from 'node:assert/strict'
import { it } from 'node:test'
import {
  accepted,
  newBucket,
  newObject,
  newUpload,
  owner,
  reclaim,
  uploadWith,
  withStore,
} from './scene.ts'
import type { Open } from './scene.ts'

export function bucketsContract(open: Open): void {
  it('gives an epoch and keeps a bucket as it was made', async () => {
    await withStore(open, async ({ store, bucket, clock }) => {
      assert.ok(store.epoch >= 1)
      assert.deepEqual(bucket, {
        id: bucket.id,
        name: 'first',
        owner,
        created: clock.time,
        versioning: 'never',
        attributes: { region: 'us-east-1', configurations: {} },
      })
      assert.deepEqual(await store.getBucket('first'), bucket)
      assert.equal(await store.getBucket('First'), undefined)
    })
  })

  it('refuses a second bucket of a name and says whose the first is', async () => {
    await withStore(open, async ({ store }) => {
      const other = { ...newBucket('first'), owner: 'b'.repeat(64) }
      assert.deepEqual(await store.createBucket(other), { refused: 'bucket-exists', owner })
    })
  })

  it('never gives the id of a deleted bucket again', async () => {
    await withStore(open, async ({ store, bucket }) => {
      assert.equal(await store.deleteBucket(bucket.id), undefined)
      const again = accepted(await store.createBucket(newBucket('first')))
      assert.ok(again.id > bucket.id)
      assert.deepEqual(await store.deleteBucket(bucket.id), { refused: 'bucket-missing' })
      assert.deepEqual(await store.getBucket('first'), again)
    })
  })

  it('lists the buckets of one owner in pages, by name', async () => {
    await withStore(open, async ({ store }) => {
      for (const name of ['c', 'b-2', 'b-1', 'b']) await store.createBucket(newBucket(name))
      await store.createBucket({ ...newBucket('b-0'), owner: 'b'.repeat(64) })
      const names = async (prefix: string, after: string, max: number): Promise<unknown> => {
        const page = await store.listBuckets({ owner, prefix, after, max })
        return [page.buckets.map((row) => row.name), page.truncated]
      }
      assert.deepEqual(await names('', '', 10), [['b', 'b-1', 'b-2', 'c', 'first'], false])
      assert.deepEqual(await names('', '', 2), [['b', 'b-1'], true])
      assert.deepEqual(await names('', 'b-1', 3), [['b-2', 'c', 'first'], false])
      assert.deepEqual(await names('b', '', 3), [['b', 'b-1', 'b-2'], false])
      assert.deepEqual(await names('b-', 'b-1', 3), [['b-2'], false])
      assert.deepEqual(await names('', '', 0), [[], false])
    })
  })

  it('replaces and removes one configuration and leaves the others', async () => {
    await withStore(open, async ({ store, bucket }) => {
      await store.setBucketConfiguration(bucket.id, 'cors', { CORSRules: [{ ID: 'ü' }] })
      await store.setBucketConfiguration(bucket.id, 'tagging', ['x'])
      await store.setBucketConfiguration(bucket.id, 'cors', { CORSRules: [] })
      const both = await store.getBucket('first')
      assert.deepEqual(both?.attributes.configurations, { cors: { CORSRules: [] }, tagging: ['x'] })
      await store.setBucketConfiguration(bucket.id, 'cors', undefined)
      const one = await store.getBucket('first')
      assert.deepEqual(one?.attributes.configurations, { tagging: ['x'] })
      const missing = await store.setBucketConfiguration(bucket.id + 1, 'cors', {})
      assert.deepEqual(missing, { refused: 'bucket-missing' })
    })
  })

  it('deletes only a bucket without objects, and takes its open uploads along', async () => {
    await withStore(open, async (scene) => {
      const { store, bucket } = scene
      accepted(await store.putObject(newObject(bucket.id, 'k'), {}))
      await uploadWith(scene, { key: 'k', uploadId: 'u1', count: 2 })
      assert.deepEqual(await store.deleteBucket(bucket.id), { refused: 'bucket-not-empty' })
      assert.notEqual(await store.getUpload('u1'), undefined)
      await store.deleteObject(bucket.id, 'k', {})
      assert.equal(await store.deleteBucket(bucket.id), undefined)
      assert.equal(await store.getUpload('u1'), undefined)
      assert.equal((await reclaim(scene)).length, 2)
    })
  })

  it('takes no write for a bucket that is gone', async () => {
    await withStore(open, async ({ store, bucket }) => {
      await store.deleteBucket(bucket.id)
      const missing = { refused: 'bucket-missing' }
      assert.deepEqual(await store.putObject(newObject(bucket.id, 'k'), {}), missing)
      assert.deepEqual(await store.createUpload(newUpload(bucket.id, 'k', 'u')), missing)
      assert.equal(await store.deleteObject(bucket.id, 'k', {}), undefined)
    })
  })

  it('lets a delete of the bucket and writes into it exclude each other', async () => {
    await withStore(open, async ({ store }) => {
      for (let round = 0; round < 50; round++) {
        const { id } = accepted(await store.createBucket(newBucket(`race-${round}`)))
        const [put, deleted] = await Promise.all([
          store.putObject(newObject(id, 'k'), {}),
          store.deleteBucket(id),
        ])
        const isKept = deleted !== undefined
        assert.equal('refused' in put, !isKept)
        assert.equal((await store.getObject(id, 'k')) !== undefined, isKept)
      }
    })
  })
}
