/** The official AWS SDK for JavaScript v3: its commands, lib-storage's Upload, a presigned part, both addressing styles. */
import assert from 'node:assert/strict'
import { lookup } from 'node:dns'
import { Agent } from 'node:http'
import { Readable } from 'node:stream'
import { after, before, describe, it } from 'node:test'
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListPartsCommand,
  S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3'
import type { CompletedPart } from '@aws-sdk/client-s3'
import { Upload } from '@aws-sdk/lib-storage'
import { getSignedUrl } from '@aws-sdk/s3-request-presigner'
import { mebibyte } from '../../src/base/limits.ts'
import { startServer } from '../harness/server.ts'
import type { TestServer } from '../harness/server.ts'
import { md5, seededBytes } from './bytes.ts'
import { createScene, rangeOf } from './scene.ts'

const Bucket = 'sdk-js'
const scene = createScene(Bucket)
let server: TestServer
let s3: S3Client

describe('AWS SDK for JavaScript', () => {
  before(async () => {
    server = await startServer()
    s3 = clientOf(server)
    await s3.send(new CreateBucketCommand({ Bucket }))
  })
  after(async () => {
    s3.destroy()
    await server.stop()
  })

  it('uploads parts in parallel and out of order, one of them twice', () => uploadScene('scene'))

  it('lists parts and uploads, page by page', async () => {
    const Key = 'listed'
    const UploadId = await createUpload(Key)
    const parts = await Promise.all([2, 1, 3].map((number) => putPart({ Key, UploadId, number })))

    const first = await s3.send(new ListPartsCommand({ Bucket, Key, UploadId, MaxParts: 2 }))
    const PartNumberMarker = first.NextPartNumberMarker
    const rest = await s3.send(new ListPartsCommand({ Bucket, Key, UploadId, PartNumberMarker }))
    const listed = [...(first.Parts ?? []), ...(rest.Parts ?? [])]
    assert.equal(first.IsTruncated, true)
    assert.equal(rest.IsTruncated, false)
    assert.deepEqual(
      listed.map((part) => [part.PartNumber, part.ETag, part.Size]),
      parts
        .toSorted((one, other) => one.PartNumber - other.PartNumber)
        .map((part) => [part.PartNumber, part.ETag, partOf(part.PartNumber).length]),
    )

    const uploads = await s3.send(new ListMultipartUploadsCommand({ Bucket, Prefix: Key }))
    assert.deepEqual(
      uploads.Uploads?.map((upload) => [upload.Key, upload.UploadId]),
      [[Key, UploadId]],
    )
    await s3.send(new AbortMultipartUploadCommand({ Bucket, Key, UploadId }))
  })

  it('aborts: the upload is gone, for parts too', async () => {
    const Key = 'aborted'
    const UploadId = await createUpload(Key)
    await putPart({ Key, UploadId, number: 1 })
    await s3.send(new AbortMultipartUploadCommand({ Bucket, Key, UploadId }))
    await refused('NoSuchUpload', putPart({ Key, UploadId, number: 2 }))
    await refused('NoSuchUpload', s3.send(new ListPartsCommand({ Bucket, Key, UploadId })))
    await refused('NoSuchKey', s3.send(new GetObjectCommand({ Bucket, Key })))
  })

  it('Upload of lib-storage sends a stream of unknown length', async () => {
    const body = seededBytes('stream', 21 * mebibyte + 5)
    const pieces = Array.from({ length: Math.ceil(body.length / 100_000) }, (_, at) =>
      body.subarray(at * 100_000, (at + 1) * 100_000),
    )
    const upload = new Upload({
      client: s3,
      params: { Bucket, Key: 'stream', Body: Readable.from(pieces, { objectMode: false }) },
      partSize: 5 * mebibyte,
      queueSize: 4,
    })
    const done = await upload.done()
    assert.match(done.ETag ?? '', /-5"$/)
    assert.ok((await read('stream')).equals(body))
  })

  it('sends one part as a stream, with its checksum in the trailer', async () => {
    const Key = 'trailer'
    const UploadId = await createUpload(Key)
    const bytes = partOf(3)
    const part = await s3.send(
      new UploadPartCommand({
        Bucket,
        Key,
        UploadId,
        PartNumber: 1,
        Body: Readable.from([bytes]),
        ContentLength: bytes.length,
      }),
    )
    assert.equal(part.ETag, `"${md5(bytes).hex}"`)
    assert.ok(part.ChecksumCRC32, 'the verified checksum comes back')
    await complete({ Key, UploadId, parts: [{ PartNumber: 1, ETag: part.ETag }] })
    assert.ok((await read(Key)).equals(bytes))
  })

  it('a presigned UploadPart is a URL that fetch can use', async () => {
    const Key = 'presigned, with a space & more'
    const UploadId = await createUpload(Key)
    const parts: CompletedPart[] = []
    for (const PartNumber of [1, 2]) {
      const command = new UploadPartCommand({ Bucket, Key, UploadId, PartNumber })
      const url = await getSignedUrl(s3, command, { expiresIn: 60 })
      const answer = await fetch(url, { method: 'PUT', body: new Uint8Array(partOf(PartNumber)) })
      assert.equal(answer.status, 200, await answer.text())
      parts.push({ PartNumber, ETag: answer.headers.get('etag') ?? '' })
    }
    await complete({ Key, UploadId, parts })
    assert.ok((await read(Key)).equals(Buffer.concat([partOf(1), partOf(2)])))

    const forged = new UploadPartCommand({ Bucket, Key, UploadId, PartNumber: 1 })
    const url = await getSignedUrl(s3, forged, { expiresIn: 60 })
    const answer = await fetch(url.replace('partNumber=1', 'partNumber=2'), { method: 'PUT' })
    assert.equal(answer.status, 403)
    assert.match(await answer.text(), /<Code>SignatureDoesNotMatch<\/Code>/)
  })

  it('addresses the bucket by the host as well', async () => {
    s3 = clientOf(server, 'virtual-hosted')
    try {
      await uploadScene('by-host')
    } finally {
      s3.destroy()
      s3 = clientOf(server)
    }
    assert.ok((await read('by-host')).equals(scene.whole))
  })

  it('NoSuchUpload: an id that never was', async () => {
    await refused('NoSuchUpload', putPart({ Key: 'x', UploadId: 'no-such-upload', number: 1 }))
  })

  it('EntityTooSmall, InvalidPart, InvalidPartOrder: a part list that cannot be completed', async () => {
    const Key = 'incomplete'
    const UploadId = await createUpload(Key)
    const small = await putPart({ Key, UploadId, number: 3, as: 1 })
    const large = await putPart({ Key, UploadId, number: 2 })
    await refused('EntityTooSmall', complete({ Key, UploadId, parts: [small, large] }))
    await refused('InvalidPartOrder', complete({ Key, UploadId, parts: [large, small] }))
    const wrong = { ...large, ETag: '"00000000000000000000000000000000"' }
    await refused('InvalidPart', complete({ Key, UploadId, parts: [wrong] }))
    const never = { PartNumber: 9, ETag: large.ETag }
    await refused('InvalidPart', complete({ Key, UploadId, parts: [large, never] }))
    await complete({ Key, UploadId, parts: [large] })
    assert.ok((await read(Key)).equals(partOf(2)))
  })

  it('BadDigest: bytes that are not those that were promised', async () => {
    const Key = 'digest'
    const UploadId = await createUpload(Key)
    const part = { Bucket, Key, UploadId, PartNumber: 1, Body: partOf(3) }
    const ContentMD5 = md5(partOf(1)).base64
    await refused('BadDigest', s3.send(new UploadPartCommand({ ...part, ContentMD5 })))
    const ChecksumCRC32 = 'AAAAAA=='
    await refused('BadDigest', s3.send(new UploadPartCommand({ ...part, ChecksumCRC32 })))
    const listed = await s3.send(new ListPartsCommand({ Bucket, Key, UploadId }))
    assert.deepEqual(listed.Parts ?? [], [], 'what was refused is not kept')
    await s3.send(new AbortMultipartUploadCommand({ Bucket, Key, UploadId }))
  })
})

async function uploadScene(Key: string): Promise<void> {
  const UploadId = await createUpload(Key)
  const replaced = s3.send(
    new UploadPartCommand({ Bucket, Key, UploadId, PartNumber: 2, Body: scene.replaced }),
  )
  const [third, first] = await Promise.all([
    putPart({ Key, UploadId, number: 3 }),
    putPart({ Key, UploadId, number: 1 }),
    replaced,
  ])
  const second = await putPart({ Key, UploadId, number: 2 })
  const done = await complete({ Key, UploadId, parts: [first, second, third] })
  assert.equal(done.ETag, scene.etag)

  const head = await s3.send(new HeadObjectCommand({ Bucket, Key }))
  assert.equal(head.ContentLength, scene.whole.length)
  assert.ok((await read(Key)).equals(scene.whole))
  const Range = `bytes=${scene.range.first}-${scene.range.last}`
  assert.ok((await read(Key, { Range })).equals(rangeOf(scene)))
  assert.ok((await read(Key, { PartNumber: 2 })).equals(partOf(2)))
}

function clientOf(target: TestServer, style: 'path' | 'virtual-hosted' = 'path'): S3Client {
  return new S3Client({
    endpoint: style === 'path' ? target.endpoint : `http://localhost:${target.port}`,
    region: target.region,
    credentials: target.keys,
    // A second attempt would hide what the first one met.
    maxAttempts: 1,
    forcePathStyle: style === 'path',
    // Not every resolver knows that every name under localhost is this machine (RFC 6761).
    ...(style === 'virtual-hosted' && { requestHandler: { httpAgent: loopbackAgent() } }),
  })
}

function loopbackAgent(): Agent {
  return new Agent({
    keepAlive: true,
    lookup: (_host, options, answer) => lookup('127.0.0.1', options, answer),
  })
}

async function createUpload(Key: string): Promise<string> {
  const created = await s3.send(new CreateMultipartUploadCommand({ Bucket, Key }))
  assert.ok(created.UploadId)
  return created.UploadId
}

/** Sends a part of the scene under its number, or under another one. */
async function putPart(part: {
  Key: string
  UploadId: string
  number: number
  as?: number
}): Promise<{ PartNumber: number; ETag: string }> {
  const { Key, UploadId, number, as: PartNumber = number } = part
  const Body = partOf(number)
  const done = await s3.send(new UploadPartCommand({ Bucket, Key, UploadId, PartNumber, Body }))
  assert.equal(done.ETag, `"${md5(Body).hex}"`)
  return { PartNumber, ETag: done.ETag }
}

function complete(upload: {
  Key: string
  UploadId: string
  parts: CompletedPart[]
}): Promise<{ ETag?: string | undefined }> {
  const { Key, UploadId, parts: Parts } = upload
  return s3.send(
    new CompleteMultipartUploadCommand({ Bucket, Key, UploadId, MultipartUpload: { Parts } }),
  )
}

async function read(
  Key: string,
  which: { Range?: string; PartNumber?: number } = {},
): Promise<Buffer> {
  const got = await s3.send(new GetObjectCommand({ Bucket, Key, ...which }))
  return Buffer.from((await got.Body?.transformToByteArray()) ?? [])
}

function refused(code: string, request: Promise<unknown>): Promise<void> {
  return assert.rejects(request, (error: Error) => {
    assert.equal(error.name, code)
    return true
  })
}

function partOf(number: number): Buffer {
  const part = scene.parts[number - 1]
  assert.ok(part, `the scene has no part ${number}`)
  return part
}
