/** The numbers of the store: every group is counted once on its thread, checkpoints are timed, and rows counted up to a bound. */
import assert from 'node:assert/strict'
import { DatabaseSync } from 'node:sqlite'
import { it } from 'node:test'
import type { Histogram } from '../../../src/base/histogram.ts'
import { countMax, openCensus } from '../../../src/stores/metadata/census.ts'
import { metadataMeters } from '../../../src/stores/metadata/meters.ts'
import { openSqliteMetadata } from '../../../src/stores/metadata/sqlite.ts'
import { inBlob, newBucket, newObject, newUpload } from '../../contracts/metadata/scene.ts'
import { until } from '../../harness/until.ts'
import { temporaryFolder } from './folder.ts'

function countOf({ cells }: Histogram): number {
  return cells.slice(0, -1).reduce((sum, count) => sum + count, 0)
}

function sumOf({ cells }: Histogram): number {
  return cells.at(-1) ?? 0
}

it('counts every call in some group, and each group once', async () => {
  await using folder = await temporaryFolder()
  const meters = metadataMeters()
  const { groupCalls, groupSeconds, checkpointSeconds } = meters
  await using store = await openSqliteMetadata({ file: folder.file, meters })
  await store.createBucket(newBucket('first'))
  assert.deepEqual([countOf(groupCalls), sumOf(groupCalls)], [1, 1])
  const puts = Array.from({ length: 100 }, (_, at) => store.putObject(newObject(1, `${at}`), {}))
  await Promise.all(puts)
  assert.equal(sumOf(groupCalls), 101)
  assert.ok(countOf(groupCalls) > 1 && countOf(groupCalls) < 101, 'calls that wait share a group')
  assert.equal(countOf(groupSeconds), countOf(groupCalls))
  assert.ok(sumOf(groupSeconds) > 0)
  assert.ok(await until(() => countOf(checkpointSeconds) > 0))
  assert.ok(sumOf(checkpointSeconds) > 0)
})

it('counts what there is, as of now', async () => {
  await using folder = await temporaryFolder()
  const clock = { time: 1000, now: () => clock.time }
  await using store = await openSqliteMetadata({ file: folder.file, clock })
  using census = openCensus(folder.file)
  const nothing = { buckets: 0, openUploads: 0, reclaim: 0, reclaimSince: undefined }
  assert.deepEqual(census.count(), nothing)
  for (const name of ['first', 'second']) await store.createBucket(newBucket(name))
  for (const id of ['a', 'b', 'c']) await store.createUpload(newUpload(1, 'key', id))
  assert.deepEqual(census.count(), { ...nothing, buckets: 2, openUploads: 3 })
  await store.putObject(newObject(1, 'key', { locator: inBlob(1) }), {})
  for (const time of [5000, 6000]) {
    clock.time = time
    await store.putObject(newObject(1, 'key', { locator: inBlob(time) }), {})
  }
  assert.deepEqual(census.count(), {
    buckets: 2,
    openUploads: 3,
    reclaim: 2,
    reclaimSince: 5000,
  })
})

it('counts no further than its bound', async () => {
  await using folder = await temporaryFolder()
  await (await openSqliteMetadata({ file: folder.file }))[Symbol.asyncDispose]()
  const db = new DatabaseSync(folder.file)
  db.exec(`
    WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i <= ${countMax + 5})
    INSERT INTO reclaim (unlinked, condemned, locator) SELECT i, 0, x'00' FROM n`)
  db.close()
  using census = openCensus(folder.file)
  const { reclaim, reclaimSince } = census.count()
  assert.deepEqual([reclaim, reclaimSince], [countMax, 1])
})
