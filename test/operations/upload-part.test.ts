/** UploadPart on the real rules and stores in memory: what is refused before the body, what is echoed, what is left behind. */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { after, before, describe, it } from 'node:test'
import { uploadPart } from '../../src/operations/upload-part.ts'
import { checksumAlgorithms } from '../../src/payload/checksums/algorithms.ts'
import { checksumOf } from '../../src/payload/checksums/hashers.ts'
import { body, openScene, random, unreadable, type Scene } from './scene.ts'

const base64 = (algorithm: Parameters<typeof checksumOf>[0], bytes: Uint8Array): string =>
  Buffer.from(checksumOf(algorithm, bytes)).toString('base64')

describe('UploadPart', () => {
  let scene: Scene
  const small = random(31)
  const large = random(100_000)

  before(async () => {
    scene = await openScene()
  })
  after(() => scene.metadata[Symbol.asyncDispose]())

  it('answers with the quoted MD5, whatever the size', async () => {
    const id = await scene.create('sizes')
    for (const bytes of [Buffer.alloc(0), small, large]) {
      const { ETag, ...rest } = await scene.part(['sizes', id, 1], bytes)
      assert.equal(ETag, `"${createHash('md5').update(bytes).digest('hex')}"`)
      assert.deepEqual(rest, {})
    }
  })

  it('refuses what it can before the body is read', async () => {
    const id = await scene.create('early', { ChecksumAlgorithm: 'SHA256' })
    const input = {
      Bucket: 'bucket',
      Key: 'early',
      UploadId: id,
      PartNumber: 1,
      Body: unreadable(31),
    }
    const cases = [
      [{ PartNumber: 0 }, 'InvalidArgument'],
      [{ PartNumber: 10_001 }, 'InvalidArgument'],
      [{ UploadId: 'none' }, 'NoSuchUpload'],
      [{ Key: 'another' }, 'NoSuchUpload'],
      [{ ChecksumCRC32: 'AAAAAA==' }, 'InvalidRequest'],
      [{ ChecksumSHA256: 'x' }, 'InvalidRequest'],
      [{ ContentMD5: 'x', ChecksumSHA256: base64('SHA256', small) }, 'InvalidDigest'],
      [
        { ChecksumSHA256: base64('SHA256', small), Body: unreadable(5_368_709_121) },
        'EntityTooLarge',
      ],
    ] as const
    for (const [more, code] of cases) {
      await assert.rejects(uploadPart({ ...input, ...more }, scene.s3), { code })
    }
    const other = { ...scene.s3, bucket: { ...scene.service.bucket, id: 999 } }
    await assert.rejects(uploadPart(input, other), { code: 'NoSuchUpload' })
  })

  it('verifies and echoes each of the ten checksums, as header and as trailer', async () => {
    const id = await scene.create('ten')
    for (const algorithm of checksumAlgorithms) {
      const value = base64(algorithm, small)
      const member = `Checksum${algorithm}` as const
      const asHeader = await scene.part(['ten', id, 1], small, { [member]: value })
      assert.equal(asHeader[member], value)
      const trailer = body(large, {
        [`x-amz-checksum-${algorithm.toLowerCase()}`]: base64(algorithm, large),
      })
      const asTrailer = await scene.part(['ten', id, 1], large, { Body: trailer })
      assert.equal(asTrailer[member], base64(algorithm, large))
      await assert.rejects(scene.part(['ten', id, 1], large, { [member]: value }), {
        code: 'BadDigest',
      })
    }
  })

  it('hashes with the algorithm of the upload where the part may come without', async () => {
    const id = await scene.create('full', {
      ChecksumAlgorithm: 'CRC32C',
      ChecksumType: 'FULL_OBJECT',
    })
    const { ChecksumCRC32C } = await scene.part(['full', id, 1], large)
    assert.equal(ChecksumCRC32C, base64('CRC32C', large))
  })

  it('leaves no bytes behind when the digest is wrong or the upload has ended meanwhile', async () => {
    const id = await scene.create('gone')
    const before = await scene.blobCount()
    const ContentMD5 = createHash('md5').update(small).digest('base64')
    await assert.rejects(scene.part(['gone', id, 1], large, { ContentMD5 }), {
      code: 'BadDigest',
      detail: {
        ExpectedDigest: ContentMD5,
        CalculatedDigest: createHash('md5').update(large).digest('base64'),
      },
    })
    let open = true
    const slow = body(large)
    const Body = {
      ...slow,
      async *[Symbol.asyncIterator]() {
        for await (const chunk of slow) {
          if (open)
            await scene.service.uploads.abort(
              await scene.service.uploads.open(scene.service.bucket, { Key: 'gone', UploadId: id }),
            )
          open = false
          yield chunk
        }
      },
    }
    await assert.rejects(scene.part(['gone', id, 1], large, { Body }), {
      code: 'NoSuchUpload',
      detail: { UploadId: id },
    })
    assert.equal(await scene.blobCount(), before)
  })

  it('lets the last write of a number win', async () => {
    const id = await scene.create('again')
    await scene.part(['again', id, 1], large)
    const { ETag } = await scene.part(['again', id, 1], small)
    await scene.complete(['again', id], [{ PartNumber: 1, ETag }])
    assert.ok(small.equals(await scene.bytes('again')))
  })

  it('takes an empty part', async () => {
    const id = await scene.create('empty')
    const { ETag } = await scene.part(['empty', id, 1], new Uint8Array())
    await scene.complete(['empty', id], [{ PartNumber: 1, ETag }])
    assert.equal((await scene.bytes('empty')).length, 0)
  })
})
