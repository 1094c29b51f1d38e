/** ListObjectVersions in a bucket that never had versioning: the keys of the listing, each with the version 'null'. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { listObjectVersions } from '../../src/operations/list-object-versions.ts'
import { putObject } from '../../src/operations/put-object.ts'
import { body, memoryService, refusal } from './memory-service.ts'

const s3 = await (await memoryService()).on('photos')
for (const Key of ['a', 'b/1', 'b/2', 'c']) {
  await putObject({ Bucket: 'photos', Key, Body: body(Key) }, s3)
}

test('every key is there once, as its latest version null', async () => {
  const { Versions = [], IsTruncated } = await listObjectVersions({ Bucket: 'photos' }, s3)
  assert.deepEqual(
    Versions.map(({ Key, VersionId, IsLatest }) => [Key, VersionId, IsLatest]),
    ['a', 'b/1', 'b/2', 'c'].map((key) => [key, 'null', true]),
  )
  assert.equal(IsTruncated, false)
})

test('pages go on where their markers say, behind a whole common prefix', async () => {
  const query = { Bucket: 'photos', Delimiter: '/', MaxKeys: 2 }
  const first = await listObjectVersions(query, s3)
  assert.deepEqual(first.CommonPrefixes, [{ Prefix: 'b/' }])
  assert.equal(first.NextKeyMarker, 'b/')
  assert.equal(first.NextVersionIdMarker, undefined)
  const second = await listObjectVersions({ ...query, KeyMarker: 'b/' }, s3)
  assert.deepEqual(
    second.Versions?.map(({ Key }) => Key),
    ['c'],
  )
  const one = await listObjectVersions({ Bucket: 'photos', MaxKeys: 1 }, s3)
  assert.deepEqual([one.NextKeyMarker, one.NextVersionIdMarker], ['a', 'null'])
  const behind = { Bucket: 'photos', KeyMarker: 'a', VersionIdMarker: 'null', MaxKeys: 1 }
  assert.equal((await listObjectVersions(behind, s3)).Versions?.[0]?.Key, 'b/1')
})

test('a version-id marker without a key marker is refused', async () => {
  const asked = listObjectVersions({ Bucket: 'photos', VersionIdMarker: 'null' }, s3)
  await assert.rejects(asked, refusal('InvalidArgument'))
})
