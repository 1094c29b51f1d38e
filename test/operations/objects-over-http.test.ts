/** Buckets and objects through a real server: the official SDK, and signed requests of our own for what it cannot send. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import {
  CopyObjectCommand,
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetBucketLocationCommand,
  GetObjectAttributesCommand,
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListBucketsCommand,
  ListObjectsCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3'
import { startServer, type TestServer } from '../harness/server.ts'

const Bucket = 'photos'
const key = 'ä b/+c&d'
let server: TestServer
let client: S3Client

before(async () => {
  server = await startServer({ region: 'eu-west-1' })
  const { endpoint, region, keys } = server
  client = new S3Client({
    endpoint,
    region,
    forcePathStyle: true,
    credentials: keys,
    maxAttempts: 1,
  })
  await client.send(new CreateBucketCommand({ Bucket }))
})

after(async () => {
  client.destroy()
  await server.stop()
})

/** The SDK's error: its name, or the status where the answer has no body. */
const fails = (name: string, status: number): ((error: unknown) => boolean) => {
  return (error) => {
    const { name: actual, $metadata: told } = error as {
      name: string
      $metadata?: { httpStatusCode?: number }
    }
    assert.deepEqual([actual, told?.httpStatusCode], [name, status])
    return true
  }
}

test('a bucket is made, seen, located and listed', async () => {
  const { BucketRegion } = await client.send(new HeadBucketCommand({ Bucket }))
  const { LocationConstraint } = await client.send(new GetBucketLocationCommand({ Bucket }))
  const { Buckets, Owner } = await client.send(new ListBucketsCommand({ Prefix: 'ph' }))
  assert.deepEqual([BucketRegion, LocationConstraint], ['eu-west-1', 'eu-west-1'])
  assert.deepEqual(
    Buckets?.map(({ Name, BucketRegion: region }) => [Name, region]),
    [[Bucket, 'eu-west-1']],
  )
  assert.match(Owner?.ID ?? '', /^[0-9a-f]{64}$/)
  await assert.rejects(
    client.send(new CreateBucketCommand({ Bucket })),
    fails('BucketAlreadyOwnedByYou', 409),
  )
  await assert.rejects(
    client.send(new HeadBucketCommand({ Bucket: 'absent' })),
    fails('NotFound', 404),
  )
})

test('an object goes and comes back, with all that was said of it', async () => {
  const said = {
    ContentType: 'text/plain',
    CacheControl: 'no-store',
    Metadata: { one: '1', two: 'a, b' },
    Tagging: 'a=b',
    StorageClass: 'STANDARD_IA',
  } as const
  const put = await client.send(
    new PutObjectCommand({ Bucket, Key: key, Body: 'hello', Expires: new Date(0), ...said }),
  )
  const got = await client.send(new GetObjectCommand({ Bucket, Key: key, ChecksumMode: 'ENABLED' }))
  assert.equal(await got.Body?.transformToString(), 'hello')
  assert.deepEqual([got.ETag, got.ChecksumCRC32], [put.ETag, put.ChecksumCRC32])
  assert.deepEqual(
    [got.ContentType, got.CacheControl, got.Metadata],
    ['text/plain', 'no-store', { one: '1', two: 'a, b' }],
  )
  assert.deepEqual(
    [got.ExpiresString, got.TagCount, got.StorageClass],
    ['Thu, 01 Jan 1970 00:00:00 GMT', 1, 'STANDARD_IA'],
  )
  const head = await client.send(new HeadObjectCommand({ Bucket, Key: key, Range: 'bytes=1-2' }))
  assert.deepEqual(
    [head.ContentLength, head.ContentRange, head.$metadata.httpStatusCode],
    [2, 'bytes 1-2/5', 206],
  )
})

test('statuses of answers without a document', async () => {
  await client.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'hello' }))
  const get = (input: object): Promise<unknown> =>
    client.send(new GetObjectCommand({ Bucket, Key: 'k', ...input }))
  await assert.rejects(get({ IfNoneMatch: '*' }), fails('Unknown', 304))
  await assert.rejects(get({ IfMatch: '"x"' }), fails('PreconditionFailed', 412))
  await assert.rejects(get({ Range: 'bytes=9-' }), fails('InvalidRange', 416))
  await assert.rejects(get({ PartNumber: 2 }), fails('InvalidPartNumber', 416))
  await assert.rejects(get({ Key: 'absent' }), fails('NoSuchKey', 404))
  await assert.rejects(
    client.send(new HeadObjectCommand({ Bucket, Key: 'absent' })),
    fails('NotFound', 404),
  )
  await assert.rejects(
    get({ ResponseContentDisposition: 'a\r\nX-Injected: y' }),
    fails('InvalidArgument', 400),
  )
})

test('copies, from sources as clients write them', async () => {
  const { ETag } = await client.send(
    new PutObjectCommand({ Bucket, Key: 'from here', Body: 'copied' }),
  )
  for (const CopySource of [
    'photos/from here',
    '/photos/from%20here',
    'photos/from%20here?versionId=null',
  ]) {
    const { CopyObjectResult } = await client.send(
      new CopyObjectCommand({ Bucket, Key: 'to', CopySource }),
    )
    assert.equal(CopyObjectResult?.ETag, ETag)
    await client.send(new DeleteObjectCommand({ Bucket, Key: 'to' }))
  }
  const onto = new CopyObjectCommand({ Bucket, Key: 'from here', CopySource: 'photos/from%20here' })
  await assert.rejects(client.send(onto), fails('InvalidRequest', 400))
})

test('listings in both forms', async () => {
  const listed = await client.send(
    new ListObjectsV2Command({ Bucket, Delimiter: '/', Prefix: 'ä', EncodingType: 'url' }),
  )
  assert.deepEqual([listed.CommonPrefixes, listed.KeyCount], [[{ Prefix: '%C3%A4%20b/' }], 1])
  const plain = await client.send(new ListObjectsCommand({ Bucket, MaxKeys: 1 }))
  assert.deepEqual([plain.Contents?.[0]?.Key, plain.IsTruncated], ['from here', true])
  assert.deepEqual(plain.Contents?.[0]?.ChecksumAlgorithm, ['CRC32'])
})

test('attributes are what was asked for', async () => {
  const ObjectAttributes = ['ETag', 'ObjectSize', 'Checksum'] as const
  const told = await client.send(
    new GetObjectAttributesCommand({ Bucket, Key: 'k', ObjectAttributes: [...ObjectAttributes] }),
  )
  assert.deepEqual([told.ETag, told.ObjectSize], ['5d41402abc4b2a76b9719d911017c592', 5])
  assert.deepEqual(told.Checksum, { ChecksumCRC32: 'NhCmhg==', ChecksumType: 'FULL_OBJECT' })
})

test('what is not honoured is refused by name, and what is harmless is taken', async () => {
  const put = (input: object): Promise<unknown> =>
    client.send(new PutObjectCommand({ Bucket, Key: 'x', Body: 'x', ...input }))
  for (const input of [
    { ServerSideEncryption: 'aws:fsx' },
    { ObjectLockLegalHoldStatus: 'ON' },
    { WriteOffsetBytes: 5 },
    { IfNoneMatch: '"etag"' },
  ]) {
    await assert.rejects(put(input), fails('NotImplemented', 501))
  }
  await assert.rejects(put({ ACL: 'public-read' }), fails('AccessControlListNotSupported', 400))
  await put({ ACL: 'private', RequestPayer: 'requester' })
  await put({ ACL: 'bucket-owner-full-control' })
})

test('deletions, one and many, and then the bucket', async () => {
  await assert.rejects(
    client.send(new DeleteBucketCommand({ Bucket })),
    fails('BucketNotEmpty', 409),
  )
  const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket }))
  const Objects = [...Contents.map(({ Key = '' }) => ({ Key })), { Key: 'never there' }]
  const { Deleted, Errors } = await client.send(
    new DeleteObjectsCommand({ Bucket, Delete: { Objects } }),
  )
  assert.deepEqual([Deleted?.length, Errors], [Objects.length, undefined])
  await client.send(new DeleteBucketCommand({ Bucket }))
  await assert.rejects(client.send(new HeadBucketCommand({ Bucket })), fails('NotFound', 404))
})
