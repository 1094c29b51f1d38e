/** Outputs as replies: status, headers, documents. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { operations } from '../../src/model/operations.gen.ts'
import { encodeOutput } from '../../src/wire/encode.ts'
import type { Reply } from '../../src/wire/exchange.ts'
import { bodyOf } from './asking.ts'

const time = new Date('2026-11-21T10:00:00Z')
const open = '<?xml version="1.0" encoding="UTF-8"?>\n'
const xmlns = 'xmlns="http://s3.amazonaws.com/doc/2006-03-01/"'

function textOf(reply: Reply): string {
  assert.ok(reply.body instanceof Uint8Array)
  return Buffer.from(reply.body).toString()
}

test('row 1: UploadPart answers 200 with an empty body and its length', () => {
  const reply = encodeOutput(operations.UploadPart, { ETag: '"x"', ChecksumCRC32: 'AAAAAA==' })
  assert.deepEqual(reply, {
    status: 200,
    headers: [
      ['ETag', '"x"'],
      ['x-amz-checksum-crc32', 'AAAAAA=='],
      ['Content-Length', '0'],
    ],
    body: undefined,
  })
})

test('DELETE answers 204 without a length, HEAD without a body', () => {
  assert.deepEqual(encodeOutput(operations.DeleteBucket, undefined), {
    status: 204,
    headers: [],
    body: undefined,
  })
  const head = encodeOutput(operations.HeadObject, { ContentLength: 5, LastModified: time })
  assert.deepEqual(head.headers, [
    ['Last-Modified', 'Sat, 21 Nov 2026 10:00:00 GMT'],
    ['Content-Length', '5'],
  ])
  assert.equal(head.body, undefined)
})

test('GetObject streams; a range is 206; metadata beyond ASCII goes out after RFC 2047, other text as UTF-8', () => {
  const Body = bodyOf('hello')
  const Metadata = { name: 'größe', bad: 'a\r\nb', __proto__x: 'y' }
  const whole = encodeOutput(operations.GetObject, {
    Body,
    ContentLength: 5,
    Metadata,
    ContentDisposition: 'größe',
    Expires: 'soon',
  })
  assert.equal(whole.status, 200)
  assert.equal(whole.body, Body)
  assert.deepEqual(whole.headers, [
    ['Content-Length', '5'],
    ['Content-Disposition', Buffer.from('größe').toString('latin1')],
    ['Expires', 'soon'],
    ['x-amz-meta-name', '=?UTF-8?B?Z3LDtsOfZQ==?='],
    ['x-amz-meta-__proto__x', 'y'],
  ])
  const range = { Body, ContentLength: 1, ContentRange: 'bytes 0-0/5' }
  assert.equal(encodeOutput(operations.GetObject, range).status, 206)
  assert.equal(encodeOutput(operations.HeadObject, { ContentRange: 'bytes 0-0/5' }).status, 206)
})

test('a long value beyond ASCII is several encoded words, none of which splits a character', () => {
  const value = `${'a'.repeat(44)}€${'ß'.repeat(40)}`
  const { headers } = encodeOutput(operations.HeadObject, { Metadata: { long: value } })
  const words = headers[0]?.[1].split(' ') ?? []
  assert.ok(words.length > 2 && words.every((word) => word.length <= 75), words.join(' '))
  const read = words.map((word) => Buffer.from(word.slice(10, -2), 'base64').toString())
  assert.equal(read.join(''), value)
})

test('k6: an empty list has two tags, and the owner comes before the buckets', () => {
  const reply = encodeOutput(operations.ListBuckets, { Buckets: [], Owner: { ID: 'i' } })
  const inside = '<Owner><ID>i</ID></Owner><Buckets></Buckets>'
  assert.equal(
    textOf(reply),
    `${open}<ListAllMyBucketsResult ${xmlns}>${inside}</ListAllMyBucketsResult>`,
  )
  assert.deepEqual(reply.headers.slice(0, 1), [['Content-Type', 'application/xml']])
  assert.deepEqual(reply.headers.slice(1), [['Content-Length', String(textOf(reply).length)]])
})

test('a listing in the order of S3, with milliseconds, escaped', () => {
  const Contents = [
    { Size: 1, LastModified: time, ETag: '"e"', Key: 'a<&>"\r\u0001\n', StorageClass: 'STANDARD' },
  ]
  const reply = encodeOutput(operations.ListObjectsV2, {
    Contents,
    CommonPrefixes: [{ Prefix: 'p/' }],
    IsTruncated: false,
    MaxKeys: 1000,
    KeyCount: 2,
    Name: 'b',
    Prefix: '',
    Delimiter: '/',
  })
  assert.equal(
    textOf(reply),
    `${open}<ListBucketResult ${xmlns}><Name>b</Name><Prefix></Prefix><KeyCount>2</KeyCount><MaxKeys>1000</MaxKeys>` +
      '<Delimiter>/</Delimiter><IsTruncated>false</IsTruncated>' +
      '<Contents><Key>a&lt;&amp;&gt;&quot;&#13;&#x1;\n</Key><LastModified>2026-11-21T10:00:00.000Z</LastModified>' +
      '<ETag>&quot;e&quot;</ETag><Size>1</Size><StorageClass>STANDARD</StorageClass></Contents>' +
      '<CommonPrefixes><Prefix>p/</Prefix></CommonPrefixes></ListBucketResult>',
  )
})

test('GetBucketLocation: the region is the text of the root', () => {
  const location = (region?: string): string =>
    textOf(encodeOutput(operations.GetBucketLocation, { LocationConstraint: region }))
  assert.equal(
    location('us-west-2'),
    `${open}<LocationConstraint ${xmlns}>us-west-2</LocationConstraint>`,
  )
  assert.equal(location(), `${open}<LocationConstraint ${xmlns}></LocationConstraint>`)
})

test('copies answer a document under S3 names, headers beside it', () => {
  const CopyObjectResult = { ETag: '"e"', LastModified: time }
  const copy = encodeOutput(operations.CopyObject, { CopyObjectResult, CopySourceVersionId: 'v' })
  const modified = '<LastModified>2026-11-21T10:00:00.000Z</LastModified><ETag>&quot;e&quot;</ETag>'
  assert.equal(textOf(copy), `${open}<CopyObjectResult ${xmlns}>${modified}</CopyObjectResult>`)
  assert.deepEqual(copy.headers[0], ['x-amz-copy-source-version-id', 'v'])
  const part = encodeOutput(operations.UploadPartCopy, { CopyPartResult: CopyObjectResult })
  assert.equal(textOf(part), `${open}<CopyPartResult ${xmlns}>${modified}</CopyPartResult>`)
})

test('roots', () => {
  const roots = {
    CreateMultipartUpload: 'InitiateMultipartUploadResult',
    CompleteMultipartUpload: 'CompleteMultipartUploadResult',
    ListParts: 'ListPartsResult',
    ListMultipartUploads: 'ListMultipartUploadsResult',
    ListObjects: 'ListBucketResult',
    ListObjectVersions: 'ListVersionsResult',
    DeleteObjects: 'DeleteResult',
    GetObjectAttributes: 'GetObjectAttributesResponse',
  } as const
  for (const [name, root] of Object.entries(roots)) {
    assert.equal(operations[name as keyof typeof roots].root, root)
  }
})

test('CompleteMultipartUpload: location first, the version as a header', () => {
  const output = { Bucket: 'b', Key: 'k', ETag: '"e"', Location: 'http://l', VersionId: 'v' }
  const reply = encodeOutput(operations.CompleteMultipartUpload, output)
  const inside = '<Location>http://l</Location><Bucket>b</Bucket><Key>k</Key>'
  assert.ok(textOf(reply).includes(inside))
  assert.deepEqual(reply.headers[0], ['x-amz-version-id', 'v'])
})

test('attributes, their namespace, and lists in lists', () => {
  const Grantee = { Type: 'Group', URI: 'u' }
  const reply = encodeOutput(operations.GetBucketAcl, {
    Owner: { ID: 'i' },
    Grants: [{ Grantee, Permission: 'READ' }],
  })
  assert.ok(
    textOf(reply).includes(
      '<AccessControlList><Grant><Grantee xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="Group"><URI>u</URI></Grantee><Permission>READ</Permission></Grant></AccessControlList>',
    ),
  )
})

test('a policy is text, not XML', () => {
  const reply = encodeOutput(operations.GetBucketPolicy, { Policy: '{"a":1}' })
  assert.equal(textOf(reply), '{"a":1}')
  assert.deepEqual(reply.headers[0], ['Content-Type', 'application/json'])
})
