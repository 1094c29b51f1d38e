/** ListParts: pages by number, and checksums only where the upload was created for one. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { ListPartsInput, ListPartsOutput } from '../../src/model/types.gen.ts'
import { listParts } from '../../src/operations/list-parts.ts'
import { openScene, owner, random, type Scene } from './scene.ts'

describe('ListParts', () => {
  let scene: Scene
  before(async () => {
    scene = await openScene()
  })
  after(() => scene.metadata[Symbol.asyncDispose]())

  const list = (UploadId: string, more: Partial<ListPartsInput> = {}): Promise<ListPartsOutput> =>
    listParts({ Bucket: 'bucket', Key: 'key', UploadId, ...more }, scene.s3)

  it('tells what arrived, with S3’s members', async () => {
    const UploadId = await scene.create('key', {
      ChecksumAlgorithm: 'CRC32',
      StorageClass: 'STANDARD_IA',
    })
    const { ETag, ChecksumCRC32 } = await scene.part(
      ['key', UploadId, 7],
      Buffer.from('123456789'),
      {
        ChecksumCRC32: 'y/Q5Jg==',
      },
    )
    assert.equal(ChecksumCRC32, 'y/Q5Jg==')
    const answer = await list(UploadId)
    const who = { ID: owner.canonicalId, DisplayName: 'owner' }
    const [part] = answer.Parts ?? []
    assert.equal(part?.LastModified?.getMilliseconds(), 0)
    assert.deepEqual(answer, {
      Bucket: 'bucket',
      Key: 'key',
      UploadId,
      Initiator: who,
      Owner: who,
      StorageClass: 'STANDARD_IA',
      PartNumberMarker: '0',
      NextPartNumberMarker: '7',
      MaxParts: 1000,
      IsTruncated: false,
      ChecksumAlgorithm: 'CRC32',
      ChecksumType: 'COMPOSITE',
      Parts: [{ PartNumber: 7, LastModified: part?.LastModified, ETag, Size: 9, ChecksumCRC32 }],
    })
  })

  it('pages', async () => {
    const UploadId = await scene.create('key')
    for (const number of [10_000, 1, 5, 3])
      await scene.part(['key', UploadId, number], random(number))
    const numbers: number[] = []
    for (let PartNumberMarker = '0', more = true; more;) {
      const page = await list(UploadId, { MaxParts: 2, PartNumberMarker })
      numbers.push(...(page.Parts ?? []).map((part) => part.PartNumber ?? 0))
      assert.equal(page.MaxParts, 2)
      PartNumberMarker = page.NextPartNumberMarker ?? ''
      more = page.IsTruncated ?? false
    }
    assert.deepEqual(numbers, [1, 3, 5, 10_000])
    assert.equal((await list(UploadId, { MaxParts: 1_000_000 })).MaxParts, 1000)
    const none = await list(UploadId, { PartNumberMarker: '10000' })
    assert.deepEqual([none.Parts, none.IsTruncated], [[], false])
  })

  it('row 29: hides the checksums of an upload that was created without', async () => {
    const UploadId = await scene.create('key')
    await scene.part(['key', UploadId, 1], Buffer.from('123456789'), { ChecksumCRC32: 'y/Q5Jg==' })
    const [part] = (await list(UploadId)).Parts ?? []
    assert.deepEqual(Object.keys(part ?? {}), ['PartNumber', 'LastModified', 'ETag', 'Size'])
  })

  it('refuses what cannot be paged by, and uploads that are not there', async () => {
    const UploadId = await scene.create('key')
    await assert.rejects(list(UploadId, { MaxParts: -1 }), { code: 'InvalidArgument' })
    for (const PartNumberMarker of ['x', '-1', '1e3', '99999999999', ' 1']) {
      await assert.rejects(list(UploadId, { PartNumberMarker }), { code: 'InvalidArgument' })
    }
    await assert.rejects(list('none'), { code: 'NoSuchUpload' })
    await assert.rejects(list(UploadId, { Key: 'other' }), { code: 'NoSuchUpload' })
  })
})
