/** UploadPartCopy: whole objects and ranges of every kind of source, and what is known of their digests without reading. */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { after, before, describe, it } from 'node:test'
import type { UploadPartCopyInput } from '../../src/model/types.gen.ts'
import { uploadPartCopy } from '../../src/operations/upload-part-copy.ts'
import type { Service } from '../../src/operations/service.ts'
import { checksumOf } from '../../src/payload/checksums/hashers.ts'
import { mebibyte, openScene, random, type Scene } from './scene.ts'

const base64 = (algorithm: Parameters<typeof checksumOf>[0], bytes: Uint8Array): string =>
  Buffer.from(checksumOf(algorithm, bytes)).toString('base64')
const md5 = (bytes: Uint8Array): string => `"${createHash('md5').update(bytes).digest('hex')}"`

/** Nothing may be read: where a read would be needed, the test fails. */
const blind = (s3: Service): Service => ({
  ...s3,
  emit: () => {
    throw new Error('the source was read')
  },
})

describe('UploadPartCopy', () => {
  let scene: Scene
  let target: string
  const sources = {
    inline: random(1000),
    blob: random(6 * mebibyte),
    parts: random(5 * mebibyte * 3 + 77),
  }

  before(async () => {
    scene = await openScene()
    for (const [key, size] of [
      ['inline', 1000],
      ['blob', 6 * mebibyte],
      ['parts', 5 * mebibyte],
    ] as const) {
      const bytes = sources[key]
      const id = await scene.create(key)
      const list = []
      for (let at = 0, number = 3; at < bytes.length; at += size, number += 2) {
        const { ETag } = await scene.part([key, id, number], bytes.subarray(at, at + size))
        list.push({ PartNumber: number, ETag })
      }
      await scene.complete([key, id], list)
    }
    target = await scene.create('target')
  })
  after(() => scene.metadata[Symbol.asyncDispose]())

  const copy = (
    more: Partial<UploadPartCopyInput>,
    s3: Service = blind(scene.s3),
  ): ReturnType<typeof uploadPartCopy> =>
    uploadPartCopy(
      {
        Bucket: 'bucket',
        Key: 'target',
        UploadId: target,
        PartNumber: 1,
        CopySource: 'bucket/blob',
        ...more,
      },
      s3,
    )

  /** Completes an upload of this one copied part and reads the object back. */
  async function copied(
    more: Partial<UploadPartCopyInput>,
    s3?: Service,
  ): Promise<{
    bytes: Buffer
    etag: string | undefined
    completed: Awaited<ReturnType<Scene['complete']>>
  }> {
    const id = await scene.create('copy')
    const { CopyPartResult } = await copy({ Key: 'copy', UploadId: id, ...more }, s3)
    const completed = await scene.complete(
      ['copy', id],
      [{ PartNumber: 1, ETag: CopyPartResult?.ETag }],
    )
    return { bytes: await scene.bytes('copy'), etag: CopyPartResult?.ETag, completed }
  }

  it('copies whole objects and ranges of every kind of source without reading a byte', async () => {
    for (const [key, bytes] of Object.entries(sources)) {
      const size = bytes.length
      const ranges = [
        [0, size],
        [0, 1],
        [size - 1, size],
        [7, size - 7],
        [Math.floor(size / 3), size],
      ] as const
      assert.ok(bytes.equals((await copied({ CopySource: `bucket/${key}` })).bytes), key)
      for (const [from, to] of ranges) {
        const CopySourceRange = `bytes=${from}-${to - 1}`
        const { bytes: got } = await copied({ CopySource: `/bucket/${key}`, CopySourceRange })
        assert.ok(bytes.subarray(from, to).equals(got), `${key} ${CopySourceRange}`)
      }
    }
  })

  it('takes over MD5 and checksum of a part that is copied as a whole', async () => {
    const second = sources.parts.subarray(5 * mebibyte, 10 * mebibyte)
    const { etag, completed } = await copied({
      CopySource: 'bucket/parts',
      CopySourceRange: `bytes=${5 * mebibyte}-${10 * mebibyte - 1}`,
    })
    assert.equal(etag, md5(second))
    assert.equal(completed.ChecksumCRC64NVME, base64('CRC64NVME', second))
  })

  it('combines the checksums of several whole parts', async () => {
    const rest = sources.parts.subarray(5 * mebibyte)
    const CopySourceRange = `bytes=${5 * mebibyte}-${sources.parts.length - 1}`
    const { completed } = await copied({ CopySource: 'bucket/parts', CopySourceRange })
    assert.equal(completed.ChecksumCRC64NVME, base64('CRC64NVME', rest))
  })

  it('derives the ETag of other ranges: the same for the same bytes of the same object, and no other', async () => {
    const range = { CopySource: 'bucket/parts', CopySourceRange: 'bytes=5-6000000' }
    const { etag, completed } = await copied(range)
    assert.match(etag ?? '', /^"[0-9a-f]{32}"$/)
    assert.equal(completed.ChecksumCRC64NVME, undefined)
    assert.equal((await copied(range)).etag, etag)
    assert.notEqual((await copied({ ...range, CopySourceRange: 'bytes=5-6000001' })).etag, etag)
    assert.notEqual((await copied({ ...range, CopySource: 'bucket/blob' })).etag, etag)
  })

  it('reads once where the upload was created for a checksum that no row knows', async () => {
    const id = await scene.create('summed', { ChecksumAlgorithm: 'SHA256' })
    const input = {
      Key: 'summed',
      UploadId: id,
      CopySource: 'bucket/parts',
      CopySourceRange: 'bytes=5-6000000',
    }
    await assert.rejects(copy(input), { message: 'the source was read' })
    const { CopyPartResult } = await copy(input, scene.s3)
    const bytes = sources.parts.subarray(5, 6_000_001)
    assert.equal(CopyPartResult?.ChecksumSHA256, base64('SHA256', bytes))
    const crc = await scene.create('combined', { ChecksumAlgorithm: 'CRC64NVME' })
    const whole = await copy({ Key: 'combined', UploadId: crc, CopySource: 'bucket/parts' })
    assert.equal(whole.CopyPartResult?.ChecksumCRC64NVME, base64('CRC64NVME', sources.parts))
  })

  it('copies the copy of a copy, of many pieces', async () => {
    const id = await scene.create('woven')
    const ranges = [
      [100, 5 * mebibyte + 200],
      [5 * mebibyte - 9, 10 * mebibyte + 9],
      [3, 999],
    ] as const
    const list = []
    for (const [index, [from, to]] of ranges.entries()) {
      const { CopyPartResult } = await copy({
        Key: 'woven',
        UploadId: id,
        PartNumber: index + 1,
        CopySource: index === 2 ? 'bucket/inline' : 'bucket/parts',
        CopySourceRange: `bytes=${from}-${to}`,
      })
      list.push({ PartNumber: index + 1, ETag: CopyPartResult?.ETag })
    }
    await scene.complete(['woven', id], list)
    const [a, b, c] = ranges
    const woven = Buffer.concat([
      sources.parts.subarray(a[0], a[1] + 1),
      sources.parts.subarray(b[0], b[1] + 1),
      sources.inline.subarray(c[0], c[1] + 1),
    ])
    assert.ok(woven.equals(await scene.bytes('woven')))
    const { bytes } = await copied({
      CopySource: 'bucket/woven',
      CopySourceRange: `bytes=1000-${woven.length - 11}`,
    })
    assert.ok(woven.subarray(1000, -10).equals(bytes))
  })

  it('copies an empty object', async () => {
    const id = await scene.create('nothing')
    const { ETag } = await scene.part(['nothing', id, 1], new Uint8Array())
    await scene.complete(['nothing', id], [{ PartNumber: 1, ETag }])
    const { bytes, etag } = await copied({ CopySource: 'bucket/nothing' })
    assert.equal(bytes.length, 0)
    assert.equal(etag, ETag)
  })

  it('refuses ranges that are none, or of which the object lacks a byte', async () => {
    const size = sources.blob.length
    for (const [CopySourceRange, code] of [
      ['bytes=0-', 'InvalidArgument'],
      ['bytes=-5', 'InvalidArgument'],
      ['bytes=5-2', 'InvalidArgument'],
      ['0-5', 'InvalidArgument'],
      ['bytes=0-1,3-4', 'InvalidArgument'],
      [`bytes=0-${size}`, 'InvalidArgument'],
      [`bytes=${size}-${size}`, 'InvalidRequest'],
    ] as const) {
      await assert.rejects(copy({ CopySourceRange }), { code }, CopySourceRange)
    }
  })

  it('holds the conditions on its source, and finds no upload, key or bucket that is not there', async () => {
    const found = await scene.service.objects.find(scene.service.bucket, 'blob', undefined)
    await copy({ CopySourceIfMatch: `"${found.row.etag}"` })
    await assert.rejects(copy({ CopySourceIfNoneMatch: found.row.etag }), {
      code: 'PreconditionFailed',
    })
    await assert.rejects(copy({ CopySourceIfMatch: '"beef"' }), { code: 'PreconditionFailed' })
    await assert.rejects(copy({ CopySource: 'bucket/none' }), { code: 'NoSuchKey' })
    await assert.rejects(copy({ CopySource: 'another/blob' }), { code: 'NoSuchBucket' })
    await assert.rejects(copy({ UploadId: 'none' }), { code: 'NoSuchUpload' })
    await assert.rejects(copy({ PartNumber: 10_001 }), { code: 'InvalidArgument' })
  })
})
