/** CopyObject: what a copy takes along, what it is asked for, and what it must not be. */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { beforeEach, test } from 'node:test'
import type {
  CopyObjectInput,
  CopyObjectResult,
  HeadObjectOutput,
} from '../../src/model/types.gen.ts'
import { copyObject } from '../../src/operations/copy-object.ts'
import { createBucket } from '../../src/operations/create-bucket.ts'
import { deleteObject } from '../../src/operations/delete-object.ts'
import { getObject } from '../../src/operations/get-object.ts'
import { headObject } from '../../src/operations/head-object.ts'
import { putObject } from '../../src/operations/put-object.ts'
import type { Service } from '../../src/operations/service.ts'
import {
  bob,
  body,
  type MemoryService,
  memoryService,
  noon,
  refusal,
  text,
} from './memory-service.ts'

const large = 'ashlar '.repeat(10_000)
const later = noon + 60_000
let service: MemoryService
let s3: Service

beforeEach(async () => {
  service = await memoryService()
  await createBucket({ Bucket: 'others' }, await service.on('others'))
  s3 = await service.on('others', undefined, later)
  const source = { Bucket: 'photos', Key: 'source', Body: body(large) }
  const said = {
    ContentType: 'text/plain',
    Metadata: { a: '1' },
    Tagging: 't=1',
    StorageClass: 'STANDARD_IA',
  }
  await putObject({ ...source, ...said, WebsiteRedirectLocation: '/x' }, await service.on('photos'))
})

const copy = async (input: Partial<CopyObjectInput>): Promise<CopyObjectResult> =>
  (await copyObject({ Bucket: 'others', Key: 'copy', CopySource: 'photos/source', ...input }, s3))
    .CopyObjectResult ?? {}
const head = async (Key = 'copy'): Promise<HeadObjectOutput> =>
  await headObject({ Bucket: 'others', Key, ChecksumMode: 'ENABLED' }, s3)

test('a copy has the bytes, the metadata and the tags, and its own time and class', async () => {
  const result = await copy({})
  const told = await head()
  assert.equal(result.ETag, `"${createHash('md5').update(large).digest('hex')}"`)
  assert.equal(result.LastModified?.getTime(), Math.floor(later / 1000) * 1000)
  assert.deepEqual([told.ContentType, told.Metadata, told.TagCount], ['text/plain', { a: '1' }, 1])
  assert.deepEqual([told.StorageClass, told.WebsiteRedirectLocation], [undefined, undefined])
  assert.deepEqual(
    [result.ChecksumCRC64NVME, result.ChecksumType],
    [told.ChecksumCRC64NVME, 'FULL_OBJECT'],
  )
  assert.equal(await text((await getObject({ Bucket: 'others', Key: 'copy' }, s3)).Body), large)
})

test('a copy outlives its source', async () => {
  await copy({})
  await deleteObject({ Bucket: 'photos', Key: 'source' }, await service.on('photos'))
  assert.equal(await text((await getObject({ Bucket: 'others', Key: 'copy' }, s3)).Body), large)
})

test('small bytes are copied as well', async () => {
  await putObject(
    { Bucket: 'photos', Key: 'small', Body: body('tiny') },
    await service.on('photos'),
  )
  await copy({ CopySource: '/photos/small' })
  await deleteObject({ Bucket: 'photos', Key: 'small' }, await service.on('photos'))
  assert.equal(await text((await getObject({ Bucket: 'others', Key: 'copy' }, s3)).Body), 'tiny')
})

test('REPLACE takes metadata and tags from the request', async () => {
  await copy({
    MetadataDirective: 'REPLACE',
    ContentType: 'image/png',
    Metadata: { b: '2' },
    Tagging: 'ignored=1',
  })
  const told = await head()
  assert.deepEqual([told.ContentType, told.Metadata, told.TagCount], ['image/png', { b: '2' }, 1])
  await copy({
    TaggingDirective: 'REPLACE',
    Tagging: 'x=1&y=2',
    StorageClass: 'ONEZONE_IA',
    WebsiteRedirectLocation: '/y',
  })
  const again = await head()
  assert.deepEqual(
    [again.ContentType, again.Metadata, again.TagCount],
    ['text/plain', { a: '1' }, 2],
  )
  assert.deepEqual([again.StorageClass, again.WebsiteRedirectLocation], ['ONEZONE_IA', '/y'])
  await copy({ TaggingDirective: 'REPLACE' })
  assert.equal((await head()).TagCount, undefined)
})

test('a directive that S3 does not know', async () => {
  const metadata = { ArgumentName: 'x-amz-metadata-directive', ArgumentValue: 'MERGE' }
  await assert.rejects(copy({ MetadataDirective: 'MERGE' }), refusal('InvalidArgument', metadata))
  const tagging = { ArgumentName: 'x-amz-tagging-directive', ArgumentValue: 'copy' }
  await assert.rejects(copy({ TaggingDirective: 'copy' }), refusal('InvalidArgument', tagging))
})

test('onto itself only with a change', async () => {
  const photos = await service.on('photos', undefined, later)
  const onto = { Bucket: 'photos', Key: 'source', CopySource: 'photos/source' }
  await assert.rejects(copyObject(onto, photos), refusal('InvalidRequest'))
  await assert.rejects(
    copyObject({ ...onto, TaggingDirective: 'REPLACE', Tagging: 'n=1' }, photos),
    refusal('InvalidRequest'),
  )
  await copyObject({ ...onto, MetadataDirective: 'REPLACE', Metadata: { c: '3' } }, photos)
  await copyObject({ ...onto, StorageClass: 'STANDARD' }, photos)
  const told = await headObject({ Bucket: 'photos', Key: 'source' }, photos)
  assert.deepEqual([told.Metadata, told.StorageClass], [{ c: '3' }, undefined])
  assert.equal(
    await text((await getObject({ Bucket: 'photos', Key: 'source' }, photos)).Body),
    large,
  )
})

test('another checksum is made from the bytes', async () => {
  const sum = createHash('sha256').update(large).digest('base64')
  const result = await copy({ ChecksumAlgorithm: 'SHA256' })
  assert.deepEqual(
    [result.ChecksumSHA256, result.ChecksumType, result.ChecksumCRC64NVME],
    [sum, 'FULL_OBJECT', undefined],
  )
  assert.equal((await head()).ChecksumSHA256, sum)
  await assert.rejects(copy({ ChecksumAlgorithm: 'CRC7' }), refusal('InvalidRequest'))
})

test('conditions on the source', async () => {
  const ETag = (await copy({})).ETag ?? ''
  await copy({ CopySourceIfMatch: ETag, CopySourceIfUnmodifiedSince: new Date(noon - 60_000) })
  const failed = (name: string): ((error: unknown) => boolean) =>
    refusal('PreconditionFailed', { Condition: `x-amz-copy-source-${name}` })
  await assert.rejects(copy({ CopySourceIfMatch: '"x"' }), failed('If-Match'))
  const none = { CopySourceIfNoneMatch: ETag, CopySourceIfModifiedSince: new Date(noon - 60_000) }
  await assert.rejects(copy(none), failed('If-None-Match'))
  await assert.rejects(
    copy({ CopySourceIfModifiedSince: new Date(noon) }),
    failed('If-Modified-Since'),
  )
  await assert.rejects(
    copy({ CopySourceIfUnmodifiedSince: new Date(noon - 1000) }),
    failed('If-Unmodified-Since'),
  )
})

test('conditions on the destination', async () => {
  const { ETag } = await copy({ IfNoneMatch: '*' })
  await assert.rejects(
    copy({ IfNoneMatch: '*' }),
    refusal('PreconditionFailed', { Condition: 'If-None-Match' }),
  )
  await copy({ IfMatch: ETag })
  await assert.rejects(
    copy({ IfMatch: '"x"' }),
    refusal('PreconditionFailed', { Condition: 'If-Match' }),
  )
})

test('a source that is not there', async () => {
  await assert.rejects(
    copy({ CopySource: 'photos/absent' }),
    refusal('NoSuchKey', { Key: 'absent' }),
  )
  await assert.rejects(
    copy({ CopySource: 'nowhere/k' }),
    refusal('NoSuchBucket', { BucketName: 'nowhere' }),
  )
  await assert.rejects(
    copy({ CopySource: 'photos/source?versionId=x' }),
    refusal('InvalidArgument'),
  )
  await copy({ CopySource: 'photos/source?versionId=null' })
})

test('row 37: expected owners of both buckets', async () => {
  await assert.rejects(copy({ ExpectedBucketOwner: bob.accountId }), refusal('AccessDenied'))
  await assert.rejects(copy({ ExpectedSourceBucketOwner: bob.accountId }), refusal('AccessDenied'))
})
