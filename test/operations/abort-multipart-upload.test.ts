/** AbortMultipartUpload: once, for its own key, and only for the upload that was meant. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { abortMultipartUpload } from '../../src/operations/abort-multipart-upload.ts'
import { openScene, random, type Scene } from './scene.ts'

describe('AbortMultipartUpload', () => {
  let scene: Scene
  before(async () => {
    scene = await openScene()
  })
  after(() => scene.metadata[Symbol.asyncDispose]())

  const abort = (UploadId: string, more = {}): Promise<object> =>
    abortMultipartUpload({ Bucket: 'bucket', Key: 'key', UploadId, ...more }, scene.s3)

  it('ends the upload; its parts go to reclaim', async () => {
    const id = await scene.create('key')
    const { ETag } = await scene.part(['key', id, 1], random(100_000))
    await assert.rejects(abort(id, { Key: 'other' }), { code: 'NoSuchUpload' })
    assert.deepEqual(await abort(id), {})
    await assert.rejects(abort(id), { code: 'NoSuchUpload', detail: { UploadId: id } })
    await assert.rejects(scene.part(['key', id, 1], random(10)), { code: 'NoSuchUpload' })
    await assert.rejects(scene.complete(['key', id], [{ PartNumber: 1, ETag }]), {
      code: 'NoSuchUpload',
    })
    const entries = await scene.metadata.claimReclaim(Number.MAX_SAFE_INTEGER, 10)
    assert.equal((await scene.metadata.finishReclaim(entries)).freed.length, 1)
  })

  it('finds no upload that was completed', async () => {
    const id = await scene.create('key')
    const { ETag } = await scene.part(['key', id, 1], random(10))
    await scene.complete(['key', id], [{ PartNumber: 1, ETag }])
    await assert.rejects(abort(id), { code: 'NoSuchUpload' })
  })

  it('spares an upload that was initiated at another time than the client means', async () => {
    const id = await scene.create('key')
    const { initiated } = await scene.service.uploads.open(scene.service.bucket, {
      Key: 'key',
      UploadId: id,
    })
    await assert.rejects(abort(id, { IfMatchInitiatedTime: new Date(initiated + 1000) }), {
      code: 'PreconditionFailed',
    })
    await abort(id, { IfMatchInitiatedTime: new Date(initiated - (initiated % 1000)) })
  })
})
