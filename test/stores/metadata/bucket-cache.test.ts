/** Bucket rows that are kept: never older than a write that anybody was told of. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { BucketRow } from '../../../src/stores/metadata/records.ts'
import { BucketCache } from '../../../src/stores/metadata/sql/bucket-cache.ts'

function row(owner: string): BucketRow {
  const attributes = { region: 'here', configurations: {} }
  return { id: 1, name: 'b', owner, created: 0, versioning: 'never', attributes }
}

test('a row is read once, until a bucket is written', async () => {
  const cache = new BucketCache()
  let reads = 0
  const read = (): BucketRow => row(`${++reads}`)
  assert.deepEqual([cache.get('b', read)?.owner, cache.get('b', read)?.owner], ['1', '1'])
  await cache.during(async () => undefined)
  assert.equal(cache.get('b', read)?.owner, '2')
})

test('what is read while a write is under way is not kept, whether the write succeeds or fails', async () => {
  for (const outcome of ['done', 'failed']) {
    const cache = new BucketCache()
    const write = Promise.withResolvers<void>()
    const writing = cache.during(() => write.promise)
    assert.equal(cache.get('b', () => row('before'))?.owner, 'before')
    const other = cache.during(async () => undefined)
    await other
    assert.equal(cache.get('b', () => row('meanwhile'))?.owner, 'meanwhile')
    if (outcome === 'done') write.resolve()
    else write.reject(new Error('refused'))
    await Promise.allSettled([writing])
    assert.equal(cache.get('b', () => row('after'))?.owner, 'after')
    assert.equal(cache.get('b', () => row('later'))?.owner, 'after')
  }
})

test('an absent bucket is looked for every time', () => {
  const cache = new BucketCache()
  assert.equal(
    cache.get('b', () => undefined),
    undefined,
  )
  assert.equal(cache.get('b', () => row('made'))?.owner, 'made')
})
