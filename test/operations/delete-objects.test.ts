/** DeleteObject and DeleteObjects: gone is gone, twice as well; conditions; each key's own result. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { namedCharactersMax } from '../../src/domain/deletion.ts'
import { deleteObject } from '../../src/operations/delete-object.ts'
import { deleteObjects } from '../../src/operations/delete-objects.ts'
import { headObject } from '../../src/operations/head-object.ts'
import { putObject } from '../../src/operations/put-object.ts'
import { bob, body, memoryService, noon, refusal } from './memory-service.ts'

const service = await memoryService()
const s3 = await service.on('photos')
const Bucket = 'photos'
const put = async (Key: string): Promise<string | undefined> =>
  (await putObject({ Bucket, Key, Body: body('x') }, s3)).ETag
const isThere = async (Key: string): Promise<boolean> =>
  await headObject({ Bucket, Key }, s3).then(
    () => true,
    () => false,
  )

test('a deletion can be repeated', async () => {
  await put('k')
  assert.deepEqual(await deleteObject({ Bucket, Key: 'k' }, s3), { VersionId: undefined })
  assert.equal(await isThere('k'), false)
  await deleteObject({ Bucket, Key: 'k' }, s3)
})

test('the version null is the object; no other version is', async () => {
  await put('k')
  await assert.rejects(
    deleteObject({ Bucket, Key: 'k', VersionId: 'x' }, s3),
    refusal('InvalidArgument'),
  )
  assert.ok(await isThere('k'))
  assert.deepEqual(await deleteObject({ Bucket, Key: 'k', VersionId: 'null' }, s3), {
    VersionId: 'null',
  })
  assert.equal(await isThere('k'), false)
})

test('If-Match guards a deletion', async () => {
  const IfMatch = await put('k')
  const other = { Condition: 'If-Match' }
  await assert.rejects(
    deleteObject({ Bucket, Key: 'k', IfMatch: '"x"' }, s3),
    refusal('PreconditionFailed', other),
  )
  await deleteObject({ Bucket, Key: 'k', IfMatch }, s3)
  await assert.rejects(
    deleteObject({ Bucket, Key: 'k', IfMatch }, s3),
    refusal('NoSuchKey', { Key: 'k' }),
  )
})

test('size and time guard it too', async () => {
  await put('k')
  const size = { Condition: 'x-amz-if-match-size' }
  await assert.rejects(
    deleteObject({ Bucket, Key: 'k', IfMatchSize: 2 }, s3),
    refusal('PreconditionFailed', size),
  )
  const time = { Condition: 'x-amz-if-match-last-modified-time' }
  const IfMatchLastModifiedTime = new Date(noon + 5000)
  await assert.rejects(
    deleteObject({ Bucket, Key: 'k', IfMatchLastModifiedTime }, s3),
    refusal('PreconditionFailed', time),
  )
  await deleteObject(
    { Bucket, Key: 'k', IfMatchSize: 1, IfMatchLastModifiedTime: new Date(noon) },
    s3,
  )
  assert.equal(await isThere('k'), false)
})

test('many at once: what was there, what was not, and what must not', async () => {
  const ETag = await put('guarded')
  await Promise.all(['a', 'b'].map(put))
  const Objects = [
    { Key: 'a' },
    { Key: 'never-there' },
    { Key: 'guarded', ETag: '"other"' },
    { Key: 'b', VersionId: 'A'.repeat(32) },
    { Key: 'k'.repeat(1025) },
  ]
  const output = await deleteObjects({ Bucket, Delete: { Objects } }, s3)
  assert.deepEqual(
    output.Deleted?.map(({ Key }) => Key),
    ['a', 'never-there'],
  )
  assert.deepEqual(
    output.Errors?.map(({ Key, Code, VersionId }) => [Key?.slice(0, 7), Code, VersionId?.length]),
    [
      ['guarded', 'PreconditionFailed', undefined],
      ['b', 'NoSuchVersion', 32],
      ['kkkkkkk', 'KeyTooLongError', undefined],
    ],
  )
  assert.ok(await isThere('guarded'))
  const quiet = {
    Quiet: true,
    Objects: [{ Key: 'guarded', ETag }, { Key: 'b' }, { Key: 'x', ETag }],
  }
  const silent = await deleteObjects({ Bucket, Delete: quiet }, s3)
  assert.deepEqual([silent.Deleted, silent.Errors?.map(({ Code }) => Code)], [[], ['NoSuchKey']])
  assert.equal(await isThere('guarded'), false)
})

test('E06: a thousand and no more, one and no less', async () => {
  const keys = (count: number): Array<{ Key: string }> =>
    Array.from({ length: count }, (_, index) => ({ Key: `k${index}` }))
  const output = await deleteObjects({ Bucket, Delete: { Objects: keys(1000) } }, s3)
  assert.equal(output.Deleted?.length, 1000)
  for (const Objects of [[], keys(1001), [{ Key: '' }]]) {
    await assert.rejects(
      deleteObjects({ Bucket, Delete: { Objects } }, s3),
      refusal('MalformedXML'),
    )
  }
})

test('E06: what is named is answered again, so all of it together has an end', async () => {
  const Key = 'k'.repeat(1024)
  const ids = { VersionId: 'A'.repeat(32), ETag: `"${'0'.repeat(32)}"` }
  const most = Array.from({ length: 1000 }, () => ({ Key, ...ids }))
  const output = await deleteObjects({ Bucket, Delete: { Objects: most } }, s3)
  assert.equal(output.Errors?.length, 1000)
  for (const name of ['Key', 'VersionId', 'ETag']) {
    const Objects = [{ Key }, { Key, [name]: 'x'.repeat(namedCharactersMax) }]
    await assert.rejects(
      deleteObjects({ Bucket, Delete: { Objects } }, s3),
      refusal('MalformedXML'),
    )
  }
})

test('row 37: an expected owner who is not the owner', async () => {
  await put('k')
  const ExpectedBucketOwner = bob.accountId
  await assert.rejects(
    deleteObject({ Bucket, Key: 'k', ExpectedBucketOwner }, s3),
    refusal('AccessDenied'),
  )
  const Delete = { Objects: [{ Key: 'k' }] }
  await assert.rejects(
    deleteObjects({ Bucket, Delete, ExpectedBucketOwner }, s3),
    refusal('AccessDenied'),
  )
  assert.ok(await isThere('k'))
})
