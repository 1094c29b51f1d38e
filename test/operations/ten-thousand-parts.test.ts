/** An upload of 10,000 parts, 48.8 GiB: listed, completed, read back by part and by range, and copied from, with rows alone. */
import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { getObject } from '../../src/operations/get-object.ts'
import { listParts } from '../../src/operations/list-parts.ts'
import { uploadPartCopy } from '../../src/operations/upload-part-copy.ts'
import { openSqliteMetadata } from '../../src/stores/metadata/sqlite.ts'
import { mebibyte, openScene, random, type Scene } from './scene.ts'

const partCount = 10_000
const partBytes = 5 * mebibyte

describe('an upload of 10,000 parts', () => {
  let scene: Scene
  let folder: string
  let id: string
  const bytes = random(partBytes)
  const list: Array<{ PartNumber: number; ETag: string | undefined }> = []

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ashlar-parts-'))
    scene = await openScene({}, await openSqliteMetadata({ file: join(folder, 'metadata.db') }))
    const source = await scene.create('source')
    const { ETag } = await scene.part(['source', source, 1], bytes)
    await scene.complete(['source', source], [{ PartNumber: 1, ETag }])
    id = await scene.create('large')
  })
  after(async () => {
    await scene.metadata[Symbol.asyncDispose]()
    await rm(folder, { recursive: true })
  })

  it('takes every number', async () => {
    const numbers = Array.from({ length: partCount }, (_, index) => index + 1).values()
    await Promise.all(Array.from({ length: 64 }, () => copyAll(numbers)))
    list.sort((a, b) => a.PartNumber - b.PartNumber)
    assert.equal(list.length, partCount)
  })

  it('lists them in pages', async () => {
    let listed = 0
    for (let PartNumberMarker = '0', more = true; more;) {
      const page = await listParts(
        { Bucket: 'bucket', Key: 'large', UploadId: id, PartNumberMarker },
        scene.s3,
      )
      listed += page.Parts?.length ?? 0
      PartNumberMarker = page.NextPartNumberMarker ?? ''
      more = page.IsTruncated ?? false
    }
    assert.equal(listed, partCount)
  })

  it('completes them, and knows the checksum of the whole', async (test) => {
    const begun = performance.now()
    const answer = await scene.complete(['large', id], list)
    test.diagnostic(`Complete of 10,000 parts took ${Math.round(performance.now() - begun)} ms`)
    assert.match(answer.ETag ?? '', /^"[0-9a-f]{32}-10000"$/)
    assert.equal(answer.ChecksumType, 'FULL_OBJECT')
  })

  it('reads back by part number and by ranges over borders of parts', async () => {
    for (const PartNumber of [1, 5000, partCount]) {
      const { Body, PartsCount, ContentLength } = await getObject(
        { Bucket: 'bucket', Key: 'large', PartNumber },
        scene.s3,
      )
      assert.deepEqual([PartsCount, ContentLength], [partCount, partBytes])
      assert.ok(Body !== undefined && bytes.equals(Buffer.concat(await Array.fromAsync(Body))))
    }
    for (const border of [1, 4999, partCount - 1]) {
      const got = await scene.bytes('large', { offset: border * partBytes - 100, lengthBytes: 300 })
      assert.ok(Buffer.concat([bytes.subarray(-100), bytes.subarray(0, 200)]).equals(got))
    }
  })

  it('is copied from by range, over a thousand parts, without a byte moving', async (test) => {
    const upload = await scene.create('copy')
    const [offset, lengthBytes] = [7777 * partBytes + 13, 1000 * partBytes]
    const begun = performance.now()
    const { CopyPartResult } = await uploadPartCopy(
      {
        Bucket: 'bucket',
        Key: 'copy',
        UploadId: upload,
        PartNumber: 1,
        CopySource: 'bucket/large',
        CopySourceRange: `bytes=${offset}-${offset + lengthBytes - 1}`,
      },
      scene.s3,
    )
    test.diagnostic(
      `UploadPartCopy of 4.9 GiB over 1,001 parts took ${Math.round(performance.now() - begun)} ms`,
    )
    await scene.complete(['copy', upload], [{ PartNumber: 1, ETag: CopyPartResult?.ETag }])
    const around = { offset: partBytes - 13 - 50, lengthBytes: 100 }
    assert.ok(
      Buffer.concat([bytes.subarray(-50), bytes.subarray(0, 50)]).equals(
        await scene.bytes('copy', around),
      ),
    )
    assert.equal(await scene.blobCount(), 1)
  })

  async function copyAll(numbers: Iterable<number>): Promise<void> {
    for (const PartNumber of numbers) {
      const input = {
        Bucket: 'bucket',
        Key: 'large',
        UploadId: id,
        PartNumber,
        CopySource: 'bucket/source',
      }
      const { CopyPartResult } = await uploadPartCopy(input, scene.s3)
      list.push({ PartNumber, ETag: CopyPartResult?.ETag })
    }
  }
})
