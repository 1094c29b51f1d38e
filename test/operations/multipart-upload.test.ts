/** Multipart uploads through a real server: with the official SDK, and in the wire forms that it cannot send. */
import assert from 'node:assert/strict'
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  GetObjectCommand,
  ListMultipartUploadsCommand,
  ListPartsCommand,
  S3Client,
  UploadPartCommand,
  UploadPartCopyCommand,
} from '@aws-sdk/client-s3'
import { after, before, describe, it } from 'node:test'
import { checksumOf, loadHashers } from '../../src/payload/checksums/hashers.ts'
import { startServer, type TestServer } from '../harness/server.ts'
import { accepted, bucket as Bucket, element, md5, partMin, refused, Rows } from './rows.ts'
import { random } from './scene.ts'

describe('multipart uploads over HTTP', () => {
  let server: TestServer
  let rows: Rows
  let client: S3Client
  const source = 'photos/käse & brot.jpg'
  const bodies = [random(partMin), random(partMin + 77), random(31)]
  const whole = Buffer.concat(bodies)

  before(async () => {
    await loadHashers()
    server = await startServer()
    rows = await Rows.on(server, () => server.stop())
    const { endpoint, region, keys: credentials } = server
    client = new S3Client({ endpoint, region, credentials, forcePathStyle: true })
  })
  after(async () => {
    client.destroy()
    await rows.stop()
  })

  it('the SDK: parts out of order, listed, completed, read back', async () => {
    const Key = source
    const created = await client.send(
      new CreateMultipartUploadCommand({
        Bucket,
        Key,
        ContentType: 'image/jpeg',
        Metadata: { a: 'b' },
        ChecksumAlgorithm: 'CRC32',
      }),
    )
    assert.deepEqual([created.ChecksumAlgorithm, created.ChecksumType], ['CRC32', 'COMPOSITE'])
    const upload = { Bucket, Key, UploadId: created.UploadId }
    const open = await client.send(new ListMultipartUploadsCommand({ Bucket, EncodingType: 'url' }))
    assert.deepEqual(
      open.Uploads?.map(({ UploadId }) => UploadId),
      [created.UploadId],
    )
    const list = []
    for (const [PartNumber, Body] of [...bodies.entries()]
      .map(([at, body]) => [at + 1, body] as const)
      .toReversed()) {
      const part = await client.send(new UploadPartCommand({ ...upload, PartNumber, Body }))
      list.push({ PartNumber, ETag: part.ETag, ChecksumCRC32: part.ChecksumCRC32 })
    }
    const Parts = list.toSorted((a, b) => a.PartNumber - b.PartNumber)
    const listed = await client.send(new ListPartsCommand(upload))
    assert.deepEqual(
      listed.Parts?.map(({ PartNumber, ETag, ChecksumCRC32 }) => ({
        PartNumber,
        ETag,
        ChecksumCRC32,
      })),
      Parts,
    )
    const done = await client.send(
      new CompleteMultipartUploadCommand({ ...upload, MultipartUpload: { Parts } }),
    )
    assert.equal(done.Location, `${server.endpoint}/${Bucket}/${encodeURIComponent(Key)}`)
    assert.match(done.ChecksumCRC32 ?? '', /-3$/)
    const read = await client.send(new GetObjectCommand({ Bucket, Key }))
    assert.deepEqual(
      [read.ContentType, read.Metadata, read.ETag],
      ['image/jpeg', { a: 'b' }, done.ETag],
    )
    assert.ok(whole.equals((await read.Body?.transformToByteArray()) ?? Buffer.alloc(0)))
  })

  it('the SDK: a part copied from a range of a completed upload', async () => {
    const CopySource = encodeURI(`${Bucket}/${source}`)
    const target = await client.send(new CreateMultipartUploadCommand({ Bucket, Key: 'copy' }))
    const copy = { Bucket, Key: 'copy', UploadId: target.UploadId }
    const { CopyPartResult } = await client.send(
      new UploadPartCopyCommand({
        ...copy,
        PartNumber: 1,
        CopySource,
        CopySourceRange: `bytes=9-${whole.length - 1}`,
      }),
    )
    const copied = { Parts: [{ PartNumber: 1, ETag: CopyPartResult?.ETag }] }
    await client.send(new CompleteMultipartUploadCommand({ ...copy, MultipartUpload: copied }))
    const back = await client.send(new GetObjectCommand({ Bucket, Key: 'copy' }))
    assert.ok(
      whole.subarray(9).equals((await back.Body?.transformToByteArray()) ?? Buffer.alloc(0)),
    )
  })

  it('the SDK: Abort ends an upload once', async () => {
    const { UploadId } = await client.send(
      new CreateMultipartUploadCommand({ Bucket, Key: 'gone' }),
    )
    const upload = { Bucket, Key: 'gone', UploadId }
    const { $metadata } = await client.send(new AbortMultipartUploadCommand(upload))
    assert.equal($metadata.httpStatusCode, 204)
    await assert.rejects(client.send(new AbortMultipartUploadCommand(upload)), {
      name: 'NoSuchUpload',
    })
    await assert.rejects(client.send(new ListPartsCommand(upload)), { name: 'NoSuchUpload' })
  })

  it('a checksum on Complete speaks of the object, Content-MD5 of the document', async () => {
    const headers = { 'x-amz-checksum-algorithm': 'CRC32', 'x-amz-checksum-type': 'FULL_OBJECT' }
    const id = await rows.create('whole', headers)
    accepted(await rows.part('whole', { id }))
    const list = [[1, md5('a part')]] as const
    const crc = Buffer.from(checksumOf('CRC32', Buffer.from('a part'))).toString('base64')
    refused(await rows.complete(['whole', id], list, { 'x-amz-checksum-crc32': 'AAAAAA==' }), {
      code: 'BadDigest',
      message: 'The crc32 you specified did not match the calculated checksum.',
    })
    refused(await rows.complete(['whole', id], list, { 'content-md5': md5('another', 'base64') }), {
      code: 'BadDigest',
    })
    const document = `<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>${md5('a part')}</ETag></Part></CompleteMultipartUpload>`
    const done = await rows.complete(['whole', id], list, {
      'x-amz-checksum-crc32': crc,
      'content-md5': md5(document, 'base64'),
    })
    assert.equal(element(accepted(done), 'ChecksumCRC32'), crc)
  })

  it('documents that are none change nothing', async () => {
    const id = await rows.create('documents')
    accepted(await rows.part('documents', { id }))
    const send = (body: string): ReturnType<Rows['send']> =>
      rows.send({ method: 'POST', path: `/${Bucket}/documents`, query: { uploadId: id }, body })
    const part = `<Part><PartNumber>1</PartNumber><ETag>${md5('a part')}</ETag></Part>`
    for (const body of [
      '',
      'nonsense',
      '<CompleteMultipartUpload></CompleteMultipartUpload>',
      '<CompleteMultipartUpload/>',
      `<CompleteMultipartUpload>${part}`,
      `<!DOCTYPE x><CompleteMultipartUpload>${part}</CompleteMultipartUpload>`,
      `<CompleteMultipartUpload>${part}</CompleteMultipartUpload><x/>`,
      `<CompleteMultipartUpload><Part><PartNumber>1.0</PartNumber><ETag>x</ETag></Part></CompleteMultipartUpload>`,
      `<CompleteMultipartUpload>${part.repeat(10_001)}</CompleteMultipartUpload>`,
    ]) {
      refused(await send(body), { code: 'MalformedXML' })
    }
    const namespaced =
      '<?xml version="1.0"?><CompleteMultipartUpload xmlns="http://s3.amazonaws.com/doc/2006-03-01/">'
    accepted(await send(`${namespaced}${part}</CompleteMultipartUpload>`))
  })
})
