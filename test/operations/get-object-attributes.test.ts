/** GetObjectAttributes: what was asked for, and nothing else. */
import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import type {
  GetObjectAttributesInput,
  GetObjectAttributesOutput,
} from '../../src/model/types.gen.ts'
import { completeMultipartUpload } from '../../src/operations/complete-multipart-upload.ts'
import { createMultipartUpload } from '../../src/operations/create-multipart-upload.ts'
import { getObjectAttributes } from '../../src/operations/get-object-attributes.ts'
import { putObject } from '../../src/operations/put-object.ts'
import { uploadPart } from '../../src/operations/upload-part.ts'
import { checksumOf } from '../../src/payload/checksums/hashers.ts'
import { body, memoryService, refusal } from './memory-service.ts'

const s3 = await (await memoryService()).on('photos')
const all = ['ETag', 'Checksum', 'ObjectParts', 'StorageClass', 'ObjectSize']
const attributes = async (
  input: Partial<GetObjectAttributesInput>,
): Promise<GetObjectAttributesOutput> =>
  await getObjectAttributes({ Bucket: 'photos', Key: 'whole', ObjectAttributes: all, ...input }, s3)

const partBytes = 5 * 1024 * 1024

async function uploadInParts(Key: string, algorithm: string | undefined): Promise<void> {
  const created = await createMultipartUpload(
    { Bucket: 'photos', Key, ChecksumAlgorithm: algorithm },
    s3,
  )
  const upload = { Bucket: 'photos', Key, UploadId: created.UploadId ?? '' }
  const Parts = []
  for (const PartNumber of [1, 2, 4]) {
    const sent = algorithm === undefined ? {} : { ChecksumCRC32: 'yTuzdQ==' }
    const { ETag } = await uploadPart(
      { ...upload, PartNumber, Body: body(Buffer.alloc(partBytes)), ...sent },
      s3,
    )
    Parts.push({ PartNumber, ETag, ...sent })
  }
  await completeMultipartUpload({ ...upload, MultipartUpload: { Parts } }, s3)
}

before(async () => {
  await putObject({ Bucket: 'photos', Key: 'whole', Body: body('hello') }, s3)
  await uploadInParts('composite', 'CRC32')
  await uploadInParts('default', undefined)
})

test('an object put whole has no parts; its ETag stands without quotes', async () => {
  const { LastModified, ...output } = await attributes({})
  assert.equal(LastModified?.toISOString(), '2026-11-21T10:00:00.000Z')
  assert.deepEqual(JSON.parse(JSON.stringify(output)), {
    ETag: '5d41402abc4b2a76b9719d911017c592',
    Checksum: { ChecksumCRC64NVME: 'M3eFcAZSQlc=', ChecksumType: 'FULL_OBJECT' },
    StorageClass: 'STANDARD',
    ObjectSize: 5,
  })
})

test('only what was asked for', async () => {
  const { LastModified: _, ...output } = await attributes({ ObjectAttributes: ['ObjectSize'] })
  assert.deepEqual(JSON.parse(JSON.stringify(output)), { ObjectSize: 5 })
})

test('parts are listed in pages, each with its checksum', async () => {
  const first = await attributes({ Key: 'composite', MaxParts: 2 })
  assert.match(first.Checksum?.ChecksumCRC32 ?? '', /==$/, 'no number of parts behind it here')
  const page = {
    TotalPartsCount: 3,
    PartNumberMarker: '0',
    NextPartNumberMarker: '2',
    MaxParts: 2,
    IsTruncated: true,
  }
  const part = { Size: partBytes, ChecksumCRC32: 'yTuzdQ==' }
  assert.deepEqual(first.ObjectParts, {
    ...page,
    Parts: [
      { PartNumber: 1, ...part },
      { PartNumber: 2, ...part },
    ],
  })
  const second = await attributes({ Key: 'composite', MaxParts: 2, PartNumberMarker: '2' })
  assert.deepEqual(second.ObjectParts?.Parts, [{ PartNumber: 4, ...part }])
  assert.equal(second.ObjectParts?.IsTruncated, false)
})

test('also where the checksum is of the whole', async () => {
  const { Checksum, ObjectParts } = await attributes({ Key: 'default' })
  assert.equal(Checksum?.ChecksumType, 'FULL_OBJECT')
  assert.equal(ObjectParts?.TotalPartsCount, 3)
  const crc = Buffer.from(checksumOf('CRC64NVME', Buffer.alloc(partBytes))).toString('base64')
  const part = { Size: partBytes, ChecksumCRC64NVME: crc }
  assert.deepEqual(
    ObjectParts.Parts,
    [1, 2, 4].map((PartNumber) => ({ PartNumber, ...part })),
  )
})

test('nothing asked, unknown names, numbers that are none, an object that is not there', async () => {
  await assert.rejects(attributes({ ObjectAttributes: [] }), refusal('InvalidRequest'))
  const unknown = { ArgumentName: 'x-amz-object-attributes', ArgumentValue: 'Colour' }
  await assert.rejects(
    attributes({ ObjectAttributes: ['ETag', 'Colour'] }),
    refusal('InvalidArgument', unknown),
  )
  await assert.rejects(attributes({ Key: 'composite', MaxParts: -1 }), refusal('InvalidArgument'))
  await assert.rejects(
    attributes({ Key: 'composite', PartNumberMarker: 'x' }),
    refusal('InvalidArgument'),
  )
  await assert.rejects(attributes({ Key: 'absent' }), refusal('NoSuchKey', { Key: 'absent' }))
})
