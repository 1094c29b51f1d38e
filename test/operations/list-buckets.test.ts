/** ListBuckets: one account's buckets, by name, in pages. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ListBucketsInput, ListBucketsOutput } from '../../src/model/types.gen.ts'
import { createBucket } from '../../src/operations/create-bucket.ts'
import { listBuckets } from '../../src/operations/list-buckets.ts'
import { alice, bob, memoryService, refusal } from './memory-service.ts'

const service = await memoryService()
for (const name of ['b-two', 'b-one', 'a-one'])
  await createBucket({ Bucket: name }, await service.on(name))
await createBucket({ Bucket: 'bobs' }, await service.on('bobs', bob))

const list = async (input: ListBucketsInput, as = alice): Promise<ListBucketsOutput> =>
  await listBuckets(input, await service.on('', as))
const names = (output: ListBucketsOutput): unknown => output.Buckets?.map(({ Name }) => Name)

test('everything of mine and nothing of others, without regions unless asked', async () => {
  const output = await list({})
  assert.deepEqual(names(output), ['a-one', 'b-one', 'b-two', 'photos'])
  assert.deepEqual(output.Owner, { ID: alice.canonicalId, DisplayName: 'alice' })
  assert.equal(output.Buckets?.[0]?.CreationDate?.toISOString(), '2026-11-21T10:00:00.000Z')
  assert.equal(output.Buckets?.[0]?.BucketRegion, undefined)
  assert.deepEqual(names(await list({}, bob)), ['bobs'])
})

test('pages go on behind their last bucket', async () => {
  const first = await list({ MaxBuckets: 3 })
  assert.deepEqual(names(first), ['a-one', 'b-one', 'b-two'])
  assert.equal(first.Buckets?.[0]?.BucketRegion, 'us-east-1')
  const second = await list({ MaxBuckets: 3, ContinuationToken: first.ContinuationToken })
  assert.deepEqual(names(second), ['photos'])
  assert.equal(second.ContinuationToken, undefined)
})

test('prefix and region', async () => {
  const output = await list({ Prefix: 'b-' })
  assert.deepEqual([names(output), output.Prefix], [['b-one', 'b-two'], 'b-'])
  assert.deepEqual(names(await list({ BucketRegion: 'eu-west-1' })), [])
  assert.deepEqual(names(await list({ BucketRegion: 'us-east-1', Prefix: 'ph' })), ['photos'])
})

test('counts and tokens that are none', async () => {
  for (const max of [0, -1, 10_001]) {
    await assert.rejects(list({ MaxBuckets: max }), refusal('InvalidArgument'))
  }
  const { ContinuationToken } = await list({ MaxBuckets: 1 })
  await assert.rejects(list({ ContinuationToken }, bob), refusal('InvalidArgument'))
  await assert.rejects(list({ ContinuationToken: 'a-one' }), refusal('InvalidArgument'))
})
