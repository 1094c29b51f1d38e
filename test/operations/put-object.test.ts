/** PutObject: bytes, digests, attributes, conditions. */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import type { PutObjectInput, PutObjectOutput } from '../../src/model/types.gen.ts'
import { getObject } from '../../src/operations/get-object.ts'
import { headObject } from '../../src/operations/head-object.ts'
import { putObject } from '../../src/operations/put-object.ts'
import type { Payload } from '../../src/model/payload.ts'
import { bob, body, memoryService, refusal, text } from './memory-service.ts'

const service = await memoryService()
const s3 = await service.on('photos')
const put = async (input: Partial<PutObjectInput>): Promise<PutObjectOutput> =>
  await putObject({ Bucket: 'photos', Key: 'k', Body: body('hello'), ...input }, s3)
const read = async (key: string): Promise<string> =>
  await text((await getObject({ Bucket: 'photos', Key: key }, s3)).Body)

const md5 = createHash('md5').update('hello').digest()
const sha256 = createHash('sha256').update('hello').digest('base64')

test('the ETag is the MD5, quoted, and S3’s default checksum is kept', async () => {
  const output = await put({})
  assert.equal(output.ETag, `"${md5.toString('hex')}"`)
  assert.equal(output.ChecksumType, 'FULL_OBJECT')
  assert.equal(output.ChecksumCRC64NVME, 'M3eFcAZSQlc=')
  assert.equal(output.VersionId, undefined)
  assert.equal(await read('k'), 'hello')
})

test('the default checksum can be none', async () => {
  const bare = await (await memoryService({ defaultChecksum: 'none' })).on('photos')
  const output = await putObject({ Bucket: 'photos', Key: 'k', Body: body('hello') }, bare)
  assert.deepEqual(
    Object.keys(output).filter((member) => member.startsWith('Checksum')),
    [],
  )
})

test('the checksum that the client sent is verified, kept and echoed instead', async () => {
  const output = await put({ ChecksumSHA256: sha256, ChecksumAlgorithm: 'SHA256' })
  assert.equal(output.ChecksumSHA256, sha256)
  assert.equal(output.ChecksumCRC64NVME, undefined)
  const head = await headObject({ Bucket: 'photos', Key: 'k', ChecksumMode: 'ENABLED' }, s3)
  assert.deepEqual([head.ChecksumSHA256, head.ChecksumType], [sha256, 'FULL_OBJECT'])
})

test('a checksum that came as a trailer', async () => {
  const trailers = new Map([['x-amz-checksum-sha256', sha256]])
  const Body: Payload = { ...body('hello'), trailers, announcedTrailer: 'x-amz-checksum-sha256' }
  assert.equal((await put({ Body })).ChecksumSHA256, sha256)
})

test('wrong digests change nothing', async () => {
  await put({ Key: 'kept', Body: body('before') })
  const wrong = Buffer.alloc(16).toString('base64')
  const detail = { ExpectedDigest: '0'.repeat(32), CalculatedDigest: md5.toString('base64') }
  await assert.rejects(put({ Key: 'kept', ContentMD5: wrong }), refusal('BadDigest', detail))
  await assert.rejects(put({ Key: 'kept', ContentMD5: 'nonsense' }), refusal('InvalidDigest'))
  const otherSum = createHash('sha256').digest('base64')
  await assert.rejects(put({ Key: 'kept', ChecksumSHA256: otherSum }), refusal('BadDigest'))
  await assert.rejects(put({ Key: 'kept', ChecksumSHA256: 'x' }), refusal('InvalidRequest'))
  await assert.rejects(
    put({ Key: 'kept', ChecksumSHA256: sha256, ChecksumCRC32: 'x' }),
    refusal('InvalidRequest'),
  )
  assert.equal(await read('kept'), 'before')
})

test('more than 5 GiB is refused before the body is read', async () => {
  const unread: Payload = {
    ...body(''),
    lengthBytes: 5 * 1024 ** 3 + 1,
    [Symbol.asyncIterator]: () => assert.fail('the body was read'),
  }
  const detail = { ProposedSize: 5_368_709_121, MaxSizeAllowed: 5_368_709_120 }
  await assert.rejects(put({ Body: unread }), refusal('EntityTooLarge', detail))
})

test('If-None-Match: * and If-Match guard the key', async () => {
  const { ETag } = await put({ Key: 'guarded', IfNoneMatch: '*' })
  const taken = { Condition: 'If-None-Match' }
  await assert.rejects(
    put({ Key: 'guarded', IfNoneMatch: '*' }),
    refusal('PreconditionFailed', taken),
  )
  await put({ Key: 'guarded', IfMatch: ETag, Body: body('two') })
  await assert.rejects(
    put({ Key: 'guarded', IfMatch: ETag }),
    refusal('PreconditionFailed', { Condition: 'If-Match' }),
  )
  await assert.rejects(
    put({ Key: 'absent', IfMatch: ETag }),
    refusal('NoSuchKey', { Key: 'absent' }),
  )
  await assert.rejects(
    put({ IfNoneMatch: ETag }),
    refusal('NotImplemented', { Header: 'If-None-Match' }),
  )
  assert.equal(await read('guarded'), 'two')
})

test('everything that was said of the object is told again', async () => {
  await put({
    Key: 'full',
    ContentType: 'image/png',
    CacheControl: 'no-store',
    ContentDisposition: 'inline',
    ContentEncoding: 'gzip,aws-chunked',
    ContentLanguage: 'de',
    Expires: 'Thu, 01 Dec 1994 16:00:00 GMT',
    WebsiteRedirectLocation: '/other',
    Metadata: { one: '1', two: 'ä' },
    StorageClass: 'STANDARD_IA',
    Tagging: 'a=1&b=2',
  })
  const { AcceptRanges, LastModified, ETag, ...told } = await headObject(
    { Bucket: 'photos', Key: 'full' },
    s3,
  )
  assert.equal(LastModified?.toISOString(), '2026-11-21T10:00:00.000Z')
  assert.deepEqual([AcceptRanges, ETag], ['bytes', `"${md5.toString('hex')}"`])
  assert.deepEqual(JSON.parse(JSON.stringify(told)), {
    ContentLength: 5,
    CacheControl: 'no-store',
    ContentDisposition: 'inline',
    ContentEncoding: 'gzip',
    ContentLanguage: 'de',
    ContentType: 'image/png',
    Expires: 'Thu, 01 Dec 1994 16:00:00 GMT',
    WebsiteRedirectLocation: '/other',
    Metadata: { one: '1', two: 'ä' },
    StorageClass: 'STANDARD_IA',
    TagCount: 2,
  })
})

test('row 37: an expected owner who is not the owner writes nothing', async () => {
  await assert.rejects(
    put({ Key: 'mine', ExpectedBucketOwner: bob.accountId }),
    refusal('AccessDenied'),
  )
  await assert.rejects(read('mine'), refusal('NoSuchKey', { Key: 'mine' }))
})

test('small and large, empty and not, come back as they went', async () => {
  for (const size of [0, 1, 16 * 1024, 16 * 1024 + 1, 1_000_000]) {
    const bytes = Buffer.alloc(size, 'ashlar ')
    await put({ Key: 'sized', Body: body(bytes) })
    assert.equal(await read('sized'), bytes.toString())
  }
})
