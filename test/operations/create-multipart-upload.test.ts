/** CreateMultipartUpload: what it answers, what it refuses, and the checksum that it fixes (row 31). */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { createMultipartUpload } from '../../src/operations/create-multipart-upload.ts'
import { checksumAlgorithms } from '../../src/payload/checksums/algorithms.ts'
import { openScene, type Scene } from './scene.ts'

describe('CreateMultipartUpload', () => {
  let scene: Scene
  before(async () => {
    scene = await openScene()
  })
  after(() => scene.metadata[Symbol.asyncDispose]())

  const create = (more = {}): ReturnType<typeof createMultipartUpload> =>
    createMultipartUpload({ Bucket: 'bucket', Key: 'key', ...more }, scene.s3)

  it('answers bucket, key and an id that needs no escape', async () => {
    const { UploadId = '', ...rest } = await create()
    assert.match(UploadId, /^[A-Za-z0-9_-]{31}$/)
    assert.deepEqual(rest, {
      Bucket: 'bucket',
      Key: 'key',
      ChecksumAlgorithm: undefined,
      ChecksumType: undefined,
    })
  })

  it('row 31: takes the type that S3 takes when only the algorithm is given', async () => {
    for (const ChecksumAlgorithm of checksumAlgorithms) {
      const answer = await create({ ChecksumAlgorithm })
      const type = ChecksumAlgorithm === 'CRC64NVME' ? 'FULL_OBJECT' : 'COMPOSITE'
      assert.deepEqual([answer.ChecksumAlgorithm, answer.ChecksumType], [ChecksumAlgorithm, type])
    }
    assert.equal(
      (await create({ ChecksumAlgorithm: 'CRC32', ChecksumType: 'FULL_OBJECT' })).ChecksumType,
      'FULL_OBJECT',
    )
  })

  it('row 31: refuses what cannot be, in S3’s words', async () => {
    const cases = [
      [
        { ChecksumType: 'COMPOSITE' },
        'The x-amz-checksum-type header can only be used with the x-amz-checksum-algorithm header.',
      ],
      [
        { ChecksumAlgorithm: 'SHA1', ChecksumType: 'FULL_OBJECT' },
        'The FULL_OBJECT checksum type cannot be used with the sha1 checksum algorithm.',
      ],
      [
        { ChecksumAlgorithm: 'SHA256', ChecksumType: 'FULL_OBJECT' },
        'The FULL_OBJECT checksum type cannot be used with the sha256 checksum algorithm.',
      ],
      [
        { ChecksumAlgorithm: 'CRC64NVME', ChecksumType: 'COMPOSITE' },
        'The COMPOSITE checksum type cannot be used with the crc64nvme checksum algorithm.',
      ],
      [
        { ChecksumAlgorithm: 'CRC16' },
        'Checksum algorithm provided is unsupported. Please try again with any of the valid types: [CRC32, CRC32C, CRC64NVME, MD5, SHA1, SHA256, SHA512, XXHASH128, XXHASH3, XXHASH64]',
      ],
      [
        { ChecksumAlgorithm: 'CRC32', ChecksumType: 'HALF' },
        'Value for x-amz-checksum-type header is invalid.',
      ],
    ] as const
    for (const [input, message] of cases) {
      await assert.rejects(create(input), { code: 'InvalidRequest', message })
    }
  })

  it('takes the names of checksum and type in any case', async () => {
    const made = await create({ ChecksumAlgorithm: 'crc32', ChecksumType: 'Full_Object' })
    assert.deepEqual([made.ChecksumAlgorithm, made.ChecksumType], ['CRC32', 'FULL_OBJECT'])
  })

  it('refuses attributes that no object can have', async () => {
    await assert.rejects(create({ StorageClass: 'WARM' }), { code: 'InvalidStorageClass' })
    await assert.rejects(create({ Metadata: { a: 'x'.repeat(2048) } }), {
      code: 'MetadataTooLarge',
    })
    await assert.rejects(create({ Tagging: 'a=1&a=2' }), { code: 'InvalidArgument' })
    await assert.rejects(create({ ExpectedBucketOwner: '999999999999' }), { code: 'AccessDenied' })
  })
})
