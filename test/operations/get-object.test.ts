/** GetObject and HeadObject: whole, in ranges, by part, on conditions, under other headers. */
import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import type { GetObjectInput, GetObjectOutput } from '../../src/model/types.gen.ts'
import { completeMultipartUpload } from '../../src/operations/complete-multipart-upload.ts'
import { createMultipartUpload } from '../../src/operations/create-multipart-upload.ts'
import { getObject } from '../../src/operations/get-object.ts'
import { headObject } from '../../src/operations/head-object.ts'
import { putObject } from '../../src/operations/put-object.ts'
import type { Service } from '../../src/operations/service.ts'
import { uploadPart } from '../../src/operations/upload-part.ts'
import { checksumOf } from '../../src/payload/checksums/hashers.ts'
import { body, memoryService, noon, refusal, text } from './memory-service.ts'

const service = await memoryService()
const s3: Service = await service.on('photos')
const get = async (input: Partial<GetObjectInput>): Promise<GetObjectOutput> =>
  await getObject({ Bucket: 'photos', Key: 'ten', ...input }, s3)

const mebibyte = 1024 * 1024
const first = Buffer.alloc(5 * mebibyte, 'first ')

before(async () => {
  await putObject({ Bucket: 'photos', Key: 'ten', Body: body('0123456789') }, s3)
  await putObject({ Bucket: 'photos', Key: 'empty', Body: body('') }, s3)
  const Key = 'parts'
  const { UploadId = '' } = await createMultipartUpload(
    { Bucket: 'photos', Key, ChecksumAlgorithm: 'CRC32' },
    s3,
  )
  const upload = { Bucket: 'photos', Key, UploadId }
  const Parts = []
  for (const [PartNumber, bytes] of [
    [3, first],
    [7, Buffer.from('second')],
  ] as const) {
    const ChecksumCRC32 = Buffer.from(checksumOf('CRC32', bytes)).toString('base64')
    const { ETag } = await uploadPart(
      { ...upload, PartNumber, Body: body(bytes), ChecksumCRC32 },
      s3,
    )
    Parts.push({ PartNumber, ETag, ChecksumCRC32 })
  }
  await completeMultipartUpload({ ...upload, MultipartUpload: { Parts } }, s3)
})

test('a range is the bytes asked for', async () => {
  const output = await get({ Range: 'bytes=3-5', ChecksumMode: 'ENABLED' })
  assert.equal(await text(output.Body), '345')
  assert.deepEqual([output.ContentRange, output.ContentLength], ['bytes 3-5/10', 3])
  assert.equal(output.ChecksumCRC64NVME, undefined, 'no checksum of the whole goes with a range')
  assert.equal(await text((await get({ Range: 'bytes=-1' })).Body), '9')
  const detail = { RangeRequested: 'bytes=10-', ActualObjectSize: 10 }
  await assert.rejects(get({ Range: 'bytes=10-' }), refusal('InvalidRange', detail))
})

test('several ranges and nonsense are answered with the whole', async () => {
  for (const Range of ['bytes=0-1,3-4', 'bytes=5-2', 'nonsense']) {
    const output = await get({ Range })
    assert.deepEqual([output.ContentRange, await text(output.Body)], [undefined, '0123456789'])
  }
})

test('If-Range: of an object that was replaced the whole is sent, even where the range would not fit', async () => {
  const { ETag = '' } = await get({})
  const same = await get({ Range: 'bytes=3-5', IfRange: ETag })
  assert.deepEqual([same.ContentRange, await text(same.Body)], ['bytes 3-5/10', '345'])
  for (const Range of ['bytes=3-5', 'bytes=100-']) {
    const other = await get({ Range, IfRange: '"other"' })
    assert.deepEqual([other.ContentRange, await text(other.Body)], [undefined, '0123456789'])
  }
})

test('the checksum comes with the whole, when asked for', async () => {
  assert.equal((await get({})).ChecksumType, undefined)
  const output = await get({ ChecksumMode: 'ENABLED' })
  assert.equal(output.ChecksumType, 'FULL_OBJECT')
  assert.ok(output.ChecksumCRC64NVME)
})

test('row 50: parts by number, with their own checksum and the number of parts', async () => {
  const output = await get({ Key: 'parts', PartNumber: 7, ChecksumMode: 'ENABLED' })
  assert.equal(await text(output.Body), 'second')
  const size = first.length + 6
  assert.deepEqual(
    [output.ContentRange, output.ContentLength],
    [`bytes ${first.length}-${size - 1}/${size}`, 6],
  )
  assert.deepEqual(
    [output.PartsCount, output.ChecksumCRC32, output.ChecksumType],
    [2, 'th8RaQ==', 'COMPOSITE'],
  )
  const head = await headObject({ Bucket: 'photos', Key: 'parts', PartNumber: 3 }, s3)
  assert.deepEqual([head.ContentRange, head.PartsCount], [`bytes 0-${first.length - 1}/${size}`, 2])
  const whole = await headObject({ Bucket: 'photos', Key: 'parts', ChecksumMode: 'ENABLED' }, s3)
  assert.match(whole.ChecksumCRC32 ?? '', /^[A-Za-z0-9+/]{6}==-2$/)
  assert.equal(whole.PartsCount, undefined)
})

test('row 50: a part that is not there', async () => {
  const detail = { PartNumberRequested: 1, ActualPartCount: 2 }
  await assert.rejects(get({ Key: 'parts', PartNumber: 1 }), refusal('InvalidPartNumber', detail))
  const whole = { PartNumberRequested: 2, ActualPartCount: 1 }
  await assert.rejects(get({ PartNumber: 2 }), refusal('InvalidPartNumber', whole))
  await assert.rejects(get({ PartNumber: 0 }), refusal('InvalidArgument'))
  await assert.rejects(get({ PartNumber: 10_001 }), refusal('InvalidArgument'))
  await assert.rejects(get({ PartNumber: 1, Range: 'bytes=0-1' }), refusal('InvalidRequest'))
})

test('row 50: an empty part behind others is empty, not the whole', async () => {
  const Key = 'ends empty'
  const { UploadId = '' } = await createMultipartUpload({ Bucket: 'photos', Key }, s3)
  const upload = { Bucket: 'photos', Key, UploadId }
  const Parts = []
  for (const [PartNumber, bytes] of [
    [1, first],
    [2, Buffer.alloc(0)],
  ] as const) {
    const { ETag } = await uploadPart({ ...upload, PartNumber, Body: body(bytes) }, s3)
    Parts.push({ PartNumber, ETag })
  }
  await completeMultipartUpload({ ...upload, MultipartUpload: { Parts } }, s3)
  const output = await get({ Key, PartNumber: 2 })
  assert.equal(await text(output.Body), '')
  assert.deepEqual(
    [output.ContentRange, output.ContentLength, output.PartsCount],
    [undefined, 0, 2],
  )
})

test('an object put whole is its own first part', async () => {
  const output = await get({ PartNumber: 1, ChecksumMode: 'ENABLED' })
  assert.deepEqual([output.ContentRange, output.PartsCount], ['bytes 0-9/10', undefined])
  assert.ok(output.ChecksumCRC64NVME)
  const empty = await get({ Key: 'empty', PartNumber: 1 })
  assert.deepEqual([empty.ContentRange, empty.ContentLength], [undefined, 0])
})

test('conditions are judged before anything is sent', async () => {
  const { ETag = '' } = await headObject({ Bucket: 'photos', Key: 'ten' }, s3)
  const modified = { ETag, 'Last-Modified': 'Sat, 21 Nov 2026 10:00:00 GMT' }
  await assert.rejects(get({ IfNoneMatch: ETag }), refusal('NotModified', modified))
  await assert.rejects(get({ IfModifiedSince: new Date(noon) }), refusal('NotModified', modified))
  await assert.rejects(
    get({ IfMatch: '"other"' }),
    refusal('PreconditionFailed', { Condition: 'If-Match' }),
  )
  assert.equal(await text((await get({ IfMatch: ETag, Range: 'bytes=0-1' })).Body), '01')
})

test('response-* override what is told, not what is kept', async () => {
  const output = await get({
    ResponseContentType: 'text/html',
    ResponseCacheControl: 'no-cache',
    ResponseContentDisposition: 'attachment; filename="ü"',
    ResponseContentEncoding: 'identity',
    ResponseContentLanguage: 'en',
    ResponseExpires: 'never',
  })
  assert.equal(output.ContentType, 'text/html')
  assert.equal(output.ContentDisposition, 'attachment; filename="ü"')
  assert.deepEqual([output.CacheControl, output.ContentEncoding], ['no-cache', 'identity'])
  assert.deepEqual([output.ContentLanguage, output.Expires], ['en', 'never'])
  assert.equal((await get({})).ContentType, 'binary/octet-stream')
})

test('D16: an override that could split the answer is refused', async () => {
  for (const value of ['a\r\nX: y', 'a\nb', '\0', '\x7f', '😀']) {
    const detail = { ArgumentName: 'response-content-disposition', ArgumentValue: value }
    await assert.rejects(
      get({ ResponseContentDisposition: value }),
      refusal('InvalidArgument', detail),
    )
  }
})

test('version ids: null is the object, others are none', async () => {
  assert.equal(await text((await get({ VersionId: 'null' })).Body), '0123456789')
  const missing = { Key: 'absent', VersionId: 'null' }
  await assert.rejects(get({ Key: 'absent', VersionId: 'null' }), refusal('NoSuchVersion', missing))
  for (const versionId of ['', 'x', 'A'.repeat(32), '../x']) {
    const detail = { ArgumentName: 'versionId', ArgumentValue: versionId }
    await assert.rejects(get({ VersionId: versionId }), refusal('InvalidArgument', detail))
  }
})

test('a key that is not there, and one that only looks like it', async () => {
  await assert.rejects(get({ Key: 'ten/' }), refusal('NoSuchKey', { Key: 'ten/' }))
  await assert.rejects(get({ Key: 'TEN' }), refusal('NoSuchKey', { Key: 'TEN' }))
})
