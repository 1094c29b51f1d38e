/** Subresources of buckets and objects: what is kept, what holds of all, and what is not set. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { operations } from '../../src/operations/index.ts'
import { copyObject } from '../../src/operations/copy-object.ts'
import { deleteBucketCors } from '../../src/operations/delete-bucket-cors.ts'
import { deleteBucketTagging } from '../../src/operations/delete-bucket-tagging.ts'
import { deleteObject } from '../../src/operations/delete-object.ts'
import { deleteObjectTagging } from '../../src/operations/delete-object-tagging.ts'
import { getBucketCors } from '../../src/operations/get-bucket-cors.ts'
import { getBucketTagging } from '../../src/operations/get-bucket-tagging.ts'
import { getObjectTagging } from '../../src/operations/get-object-tagging.ts'
import { headObject } from '../../src/operations/head-object.ts'
import { putBucketCors } from '../../src/operations/put-bucket-cors.ts'
import { putBucketTagging } from '../../src/operations/put-bucket-tagging.ts'
import { putBucketRequestPayment } from '../../src/operations/put-bucket-request-payment.ts'
import { putObject } from '../../src/operations/put-object.ts'
import { putObjectTagging } from '../../src/operations/put-object-tagging.ts'
import type { OperationName } from '../../src/model/operations.gen.ts'
import type { Service } from '../../src/operations/service.ts'
import { alice, body, memoryService, refusal } from './memory-service.ts'

const Bucket = 'photos'
const Key = 'k'
const TagSet = [
  { Key: 'team', Value: 'red' },
  { Key: 'empty', Value: '' },
]
const CORSRules = [{ AllowedMethods: ['GET'], AllowedOrigins: ['https://a.example'] }]

test('bucket tags come, are replaced whole, and go', async () => {
  const service = await memoryService()
  const on = async (): Promise<Service> => await service.on(Bucket)
  const get = async (): Promise<unknown> => (await getBucketTagging({ Bucket }, await on())).TagSet
  const unset = refusal('NoSuchTagSet', { BucketName: Bucket })
  await assert.rejects(get(), unset)
  await putBucketTagging({ Bucket, Tagging: { TagSet } }, await on())
  assert.deepEqual(await get(), TagSet)
  await putBucketTagging({ Bucket, Tagging: { TagSet: [] } }, await on())
  assert.deepEqual(await get(), [], 'an empty set was set')
  await deleteBucketTagging({ Bucket }, await on())
  await assert.rejects(get(), unset)
  await deleteBucketTagging({ Bucket }, await on())
})

test('CORS rules and tags do not touch each other', async () => {
  const service = await memoryService()
  const on = async (): Promise<Service> => await service.on(Bucket)
  await assert.rejects(
    getBucketCors({ Bucket }, await on()),
    refusal('NoSuchCORSConfiguration', { BucketName: Bucket }),
  )
  await putBucketCors({ Bucket, CORSConfiguration: { CORSRules } }, await on())
  await putBucketTagging({ Bucket, Tagging: { TagSet } }, await on())
  assert.deepEqual(await getBucketCors({ Bucket }, await on()), { CORSRules })
  await deleteBucketCors({ Bucket }, await on())
  await assert.rejects(getBucketCors({ Bucket }, await on()), refusal('NoSuchCORSConfiguration'))
  assert.deepEqual((await getBucketTagging({ Bucket }, await on())).TagSet, TagSet)
})

test('object tags change nothing else of the object', async () => {
  const s3 = await (await memoryService()).on(Bucket)
  await putObject({ Bucket, Key, Body: body('hello'), Tagging: 'a=1', Metadata: { m: 'x' } }, s3)
  const before = await headObject({ Bucket, Key, ChecksumMode: 'ENABLED' }, s3)
  assert.deepEqual((await getObjectTagging({ Bucket, Key }, s3)).TagSet, [{ Key: 'a', Value: '1' }])
  const put = await putObjectTagging({ Bucket, Key, VersionId: 'null', Tagging: { TagSet } }, s3)
  assert.equal(put.VersionId, undefined)
  assert.deepEqual(await headObject({ Bucket, Key, ChecksumMode: 'ENABLED' }, s3), {
    ...before,
    TagCount: 2,
  })
  await deleteObjectTagging({ Bucket, Key }, s3)
  assert.deepEqual((await getObjectTagging({ Bucket, Key }, s3)).TagSet, [])
  await deleteObjectTagging({ Bucket, Key }, s3)
})

test('a copy takes tags along, and keeps them when its source changes its own', async () => {
  const s3 = await (await memoryService()).on(Bucket)
  await putObject({ Bucket, Key, Body: body('hello') }, s3)
  await putObjectTagging({ Bucket, Key, Tagging: { TagSet } }, s3)
  await copyObject({ Bucket, Key: 'copy', CopySource: `${Bucket}/${Key}` }, s3)
  await deleteObjectTagging({ Bucket, Key }, s3)
  assert.deepEqual((await getObjectTagging({ Bucket, Key: 'copy' }, s3)).TagSet, TagSet)
})

test('tags of an object that is not there', async () => {
  const s3 = await (await memoryService()).on(Bucket)
  const missing = refusal('NoSuchKey', { Key })
  await assert.rejects(getObjectTagging({ Bucket, Key }, s3), missing)
  await assert.rejects(putObjectTagging({ Bucket, Key, Tagging: { TagSet } }, s3), missing)
  await assert.rejects(deleteObjectTagging({ Bucket, Key }, s3), missing)
  await putObject({ Bucket, Key, Body: body('') }, s3)
  const version = { Bucket, Key, VersionId: 'no-version' }
  await assert.rejects(deleteObjectTagging(version, s3), refusal('InvalidArgument'))
})

test('tags that are put while the object is replaced are on what is there afterwards, or the key is gone', async () => {
  const s3 = await (await memoryService()).on(Bucket)
  await putObject({ Bucket, Key, Body: body('old') }, s3)
  const tagged = putObjectTagging({ Bucket, Key, Tagging: { TagSet } }, s3)
  await putObject({ Bucket, Key, Body: body('newer') }, { ...s3, now: s3.now + 1 })
  await tagged
  const { ContentLength } = await headObject({ Bucket, Key }, s3)
  assert.equal(ContentLength, 5, 'the replaced object never comes back')
  const late = putObjectTagging({ Bucket, Key, Tagging: { TagSet } }, s3)
  await deleteObject({ Bucket, Key }, s3)
  await late.catch((error: unknown) => assert.ok(refusal('NoSuchKey')(error)))
  await assert.rejects(headObject({ Bucket, Key }, s3), refusal('NoSuchKey'))
})

/** Answers of reads where nothing can be set: an error, or a document. */
const unset: ReadonlyArray<readonly [name: OperationName, answer: string | object]> = [
  ['GetBucketAbac', { AbacStatus: { Status: 'Disabled' } }],
  ['GetBucketAccelerateConfiguration', {}],
  ['GetBucketAnalyticsConfiguration', 'NoSuchConfiguration'],
  ['GetBucketEncryption', 'ServerSideEncryptionConfigurationNotFoundError'],
  ['GetBucketIntelligentTieringConfiguration', 'NoSuchConfiguration'],
  ['GetBucketInventoryConfiguration', 'NoSuchConfiguration'],
  ['GetBucketLifecycleConfiguration', 'NoSuchLifecycleConfiguration'],
  ['GetBucketLogging', {}],
  ['GetBucketMetricsConfiguration', 'NoSuchConfiguration'],
  ['GetBucketNotificationConfiguration', {}],
  [
    'GetBucketOwnershipControls',
    { OwnershipControls: { Rules: [{ ObjectOwnership: 'BucketOwnerEnforced' }] } },
  ],
  ['GetBucketPolicy', 'NoSuchBucketPolicy'],
  ['GetBucketPolicyStatus', 'NoSuchBucketPolicy'],
  ['GetBucketReplication', 'ReplicationConfigurationNotFoundError'],
  ['GetBucketRequestPayment', { Payer: 'BucketOwner' }],
  ['GetBucketVersioning', { Status: undefined }],
  ['GetBucketWebsite', 'NoSuchWebsiteConfiguration'],
  ['GetObjectLegalHold', 'InvalidRequest'],
  ['GetObjectLockConfiguration', 'ObjectLockConfigurationNotFoundError'],
  ['GetObjectRetention', 'InvalidRequest'],
  ['ListBucketAnalyticsConfigurations', { IsTruncated: false }],
  ['ListBucketIntelligentTieringConfigurations', { IsTruncated: false }],
  ['ListBucketInventoryConfigurations', { IsTruncated: false }],
  ['ListBucketMetricsConfigurations', { IsTruncated: false }],
]

/** Runs an operation by its name. */
async function run(name: OperationName, input: object, s3: Service): Promise<unknown> {
  const entry: { run?: unknown } = operations[name]
  assert.ok(typeof entry.run === 'function', `${name} is offered`)
  return (await entry.run(input, s3)) as unknown
}

test('what is not set is said in S3’s words', async () => {
  const s3 = await (await memoryService()).on(Bucket)
  for (const [name, answer] of unset) {
    const asked = run(name, { Bucket, Key, Id: 'x' }, s3)
    if (typeof answer === 'string') await assert.rejects(asked, refusal(answer), name)
    else assert.deepEqual(await asked, answer, name)
  }
})

test('what is not there is gone when it is deleted', async () => {
  const s3 = await (await memoryService()).on(Bucket)
  for (const word of ['Encryption', 'Lifecycle', 'Policy', 'Replication', 'Website'] as const) {
    assert.equal(await run(`DeleteBucket${word}`, { Bucket }, s3), undefined)
  }
  assert.equal(operations.PutBucketVersioning.run, undefined, 'it would change what holds')
})

test('an ACL names the owner alone', async () => {
  const s3 = await (await memoryService()).on(Bucket)
  await putObject({ Bucket, Key, Body: body('') }, s3)
  const Owner = { ID: alice.canonicalId, DisplayName: 'alice' }
  const Grants = [{ Grantee: { Type: 'CanonicalUser', ...Owner }, Permission: 'FULL_CONTROL' }]
  assert.deepEqual(await run('GetBucketAcl', { Bucket }, s3), { Owner, Grants })
  assert.deepEqual(await run('GetObjectAcl', { Bucket, Key }, s3), { Owner, Grants })
  const missing = { Bucket, Key: 'none', ACL: 'private' }
  await assert.rejects(run('GetObjectAcl', missing, s3), refusal('NoSuchKey'))
  await assert.rejects(run('PutObjectAcl', missing, s3), refusal('NoSuchKey'))
})

test('the owner pays', async () => {
  const s3 = await (await memoryService()).on(Bucket)
  const put = async (Payer: string): Promise<void> =>
    await putBucketRequestPayment({ Bucket, RequestPaymentConfiguration: { Payer } }, s3)
  await put('BucketOwner')
  await assert.rejects(put('Requester'), refusal('NotImplemented'))
  await assert.rejects(put('Nobody'), refusal('MalformedXML'))
})

test('each of them asks whose bucket it is', async () => {
  const s3 = await (await memoryService()).on(Bucket)
  const offered = Object.entries(operations).filter(([name, entry]) => {
    const isRead = /^(Get|List|Put|Delete)(Bucket|Object|Public)[A-Z]/.test(name)
    return entry.run !== undefined && isRead && !/^ListObject|^GetObjectAttributes/.test(name)
  })
  assert.ok(offered.length > 40)
  for (const [name] of offered) {
    const input = { Bucket, Key, Id: 'x', ExpectedBucketOwner: '999999999999' }
    await assert.rejects(run(name as OperationName, input, s3), refusal('AccessDenied'), name)
  }
})
