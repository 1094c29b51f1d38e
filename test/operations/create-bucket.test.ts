/** CreateBucket: names, regions, and a name that is taken. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createBucket } from '../../src/operations/create-bucket.ts'
import { bob, memoryService, refusal } from './memory-service.ts'

const create = async (region: string, constraint?: string): Promise<unknown> => {
  const service = await memoryService({ region })
  const input = { Bucket: 'new-one', CreateBucketConfiguration: { LocationConstraint: constraint } }
  return await createBucket(input, await service.on('new-one'))
}

test('a new bucket is the caller’s, in the server’s region', async () => {
  const service = await memoryService({ region: 'eu-west-1' })
  const made = await createBucket({ Bucket: 'new-one' }, await service.on('new-one', bob))
  assert.deepEqual(made, { Location: '/new-one', BucketArn: 'arn:aws:s3:::new-one' })
  const { bucket } = await service.on('new-one')
  assert.deepEqual([bucket.owner, bucket.attributes.region], [bob.canonicalId, 'eu-west-1'])
})

test('the constraint may be the region, its old name, or nothing', async () => {
  await create('us-east-1', 'us-east-1')
  await create('ru-central1', 'ru-central1')
  await create('eu-west-1', 'EU')
  await create('eu-west-1', '')
})

test('another region is not here, and what is no region is nowhere', async () => {
  await assert.rejects(
    create('us-east-1', 'eu-west-1'),
    refusal('IllegalLocationConstraintException'),
  )
  await assert.rejects(
    create('us-east-1', 'EU'),
    refusal('InvalidLocationConstraint', { LocationConstraint: 'EU' }),
  )
  await assert.rejects(create('us-east-1', 'moon'), refusal('InvalidLocationConstraint'))
})

test('its own bucket again: 200 in us-east-1, 409 elsewhere', async () => {
  const first = await memoryService()
  await createBucket({ Bucket: 'photos' }, await first.on('photos'))
  const other = await memoryService({ region: 'eu-west-1' })
  const detail = { BucketName: 'photos' }
  await assert.rejects(
    createBucket({ Bucket: 'photos' }, await other.on('photos')),
    refusal('BucketAlreadyOwnedByYou', detail),
  )
})

test('another account’s bucket is taken', async () => {
  const service = await memoryService()
  const detail = { BucketName: 'photos' }
  await assert.rejects(
    createBucket({ Bucket: 'photos' }, await service.on('photos', bob)),
    refusal('BucketAlreadyExists', detail),
  )
})

test('a name that is none, and what only directory buckets have', async () => {
  const s3 = await (await memoryService()).on('x')
  await assert.rejects(
    createBucket({ Bucket: 'Nope' }, s3),
    refusal('InvalidBucketName', { BucketName: 'Nope' }),
  )
  const zonal = {
    Bucket: 'new-one',
    CreateBucketConfiguration: { Location: { Type: 'AvailabilityZone', Name: 'usw2-az1' } },
  } as const
  await assert.rejects(createBucket(zonal, s3), refusal('NotImplemented'))
})

test('tags that it is made with are its tags', async () => {
  const service = await memoryService()
  const CreateBucketConfiguration = { Tags: [{ Key: 'team', Value: 'a b' }] }
  await createBucket({ Bucket: 'tagged', CreateBucketConfiguration }, await service.on('tagged'))
  const { bucket } = await service.on('tagged')
  assert.deepEqual(bucket.attributes.configurations['tagging'], CreateBucketConfiguration.Tags)
  const twice = [...CreateBucketConfiguration.Tags, { Key: 'team', Value: 'c' }]
  await assert.rejects(
    createBucket(
      { Bucket: 'twice', CreateBucketConfiguration: { Tags: twice } },
      await service.on('twice'),
    ),
    refusal('InvalidTag'),
  )
})
