/** DeleteBucket, HeadBucket and GetBucketLocation: a bucket is seen, located, and goes when it is empty. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { deleteBucket } from '../../src/operations/delete-bucket.ts'
import { deleteObject } from '../../src/operations/delete-object.ts'
import { getBucketLocation } from '../../src/operations/get-bucket-location.ts'
import { headBucket } from '../../src/operations/head-bucket.ts'
import { putObject } from '../../src/operations/put-object.ts'
import { bob, body, memoryService, refusal } from './memory-service.ts'

test('a bucket goes when it is empty', async () => {
  const service = await memoryService()
  const s3 = await service.on('photos')
  await putObject({ Bucket: 'photos', Key: 'k', Body: body('x') }, s3)
  await assert.rejects(
    deleteBucket({ Bucket: 'photos' }, s3),
    refusal('BucketNotEmpty', { BucketName: 'photos' }),
  )
  await deleteObject({ Bucket: 'photos', Key: 'k' }, s3)
  await deleteBucket({ Bucket: 'photos' }, s3)
  await assert.rejects(
    deleteBucket({ Bucket: 'photos' }, s3),
    refusal('NoSuchBucket', { BucketName: 'photos' }),
  )
  await assert.rejects(
    putObject({ Bucket: 'photos', Key: 'k', Body: body('x') }, s3),
    refusal('NoSuchBucket', { BucketName: 'photos' }),
  )
})

test('HeadBucket says where it is', async () => {
  const s3 = await (await memoryService({ region: 'eu-west-1' })).on('photos')
  const expected = {
    BucketArn: 'arn:aws:s3:::photos',
    BucketRegion: 'eu-west-1',
    AccessPointAlias: false,
  }
  assert.deepEqual(await headBucket({ Bucket: 'photos' }, s3), expected)
})

test('GetBucketLocation has no name for the first region', async () => {
  for (const [region, name] of [
    ['us-east-1', undefined],
    ['eu-west-1', 'eu-west-1'],
  ] as const) {
    const s3 = await (await memoryService({ region })).on('photos')
    assert.deepEqual(await getBucketLocation({ Bucket: 'photos' }, s3), {
      LocationConstraint: name,
    })
  }
})

test('row 37: an expected owner who is not the owner', async () => {
  const s3 = await (await memoryService()).on('photos')
  const input = { Bucket: 'photos', ExpectedBucketOwner: bob.accountId }
  for (const operation of [headBucket, getBucketLocation, deleteBucket]) {
    await assert.rejects(operation(input, s3), refusal('AccessDenied'))
  }
})
