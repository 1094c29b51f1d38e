/** Errors as clients get them. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { S3Error, type ErrorCode } from '../../src/model/errors.ts'
import { readAddress } from '../../src/wire/address.ts'
import { encodeError } from '../../src/wire/error.ts'
import type { Reply } from '../../src/wire/exchange.ts'
import { exchangeOf } from '../harness/exchange.ts'

function encode(error: unknown, method = 'GET'): Reply & { text: string } {
  const exchange = exchangeOf({ method, target: '/b/k', headers: [['host', 'localhost']] })
  const reply = encodeError(error, exchange, readAddress(exchange, []))
  return { ...reply, text: Buffer.from((reply.body ?? []) as Uint8Array).toString() }
}

test('an error is a document of its facts, in order', () => {
  const { status, headers, text } = encode(new S3Error('NoSuchUpload', { UploadId: 'u<&>' }))
  assert.equal(status, 404)
  assert.deepEqual(headers, [['Content-Type', 'application/xml']])
  assert.equal(
    text,
    '<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>NoSuchUpload</Code><Message>The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.</Message><UploadId>u&lt;&amp;&gt;</UploadId><Resource>/b/k</Resource><RequestId>00000000DEADBEEF</RequestId><HostId>aG9zdA==</HostId></Error>',
  )
})

test('quotes in a message stand as they are, unlike those of an ETag', () => {
  const said = 'Policy Condition failed: ["eq", "$key", "&quot;"]'
  const { text } = encode(new S3Error('AccessDenied', {}, said))
  assert.match(text, /<Message>Policy Condition failed: \["eq", "\$key", "&amp;quot;"\]<\/Message>/)
})

test('no element closes itself, not even an empty one', () => {
  const { text } = encode(
    new S3Error('InvalidArgument', { ArgumentName: 'x', ArgumentValue: '' }, ''),
  )
  assert.match(
    text,
    /<Message><\/Message><ArgumentName>x<\/ArgumentName><ArgumentValue><\/ArgumentValue>/,
  )
})

test('an address that could not be read leaves no resource', () => {
  const exchange = exchangeOf({ method: 'GET', target: '*', headers: [] })
  const { body } = encodeError(new S3Error('InvalidURI'), exchange)
  assert.doesNotMatch(Buffer.from(body as Uint8Array).toString(), /<Resource>/)
})

test('HEAD gets the head of the same answer and no document', () => {
  const errors = [
    new S3Error('NoSuchKey', { Key: 'k' }),
    new S3Error('AuthorizationHeaderMalformed', { Region: 'r' }),
    new S3Error('InvalidRange', { ActualObjectSize: 5 }),
    new S3Error('PreconditionFailed'),
  ]
  for (const error of errors) {
    const [head, whole] = [encode(error, 'HEAD'), encode(error)]
    assert.deepEqual([head.status, head.headers], [whole.status, whole.headers])
    assert.equal(head.body, undefined)
    assert.notEqual(whole.body, undefined)
  }
})

test('304 says what the whole answer would have said in its headers, and nothing else', () => {
  const { status, headers, body } = encode(new S3Error('NotModified', { ETag: '"e"' }))
  assert.equal(status, 304)
  assert.deepEqual(headers, [['ETag', '"e"']])
  assert.equal(body, undefined)
})

test('whatever is no S3Error is an InternalError that tells nothing', () => {
  for (const error of [new TypeError('secret'), 'secret', undefined]) {
    const { status, text } = encode(error)
    assert.equal(status, 500)
    assert.match(
      text,
      /<Code>InternalError<\/Code><Message>We encountered an internal error\. Please try again\.<\/Message>/,
    )
    assert.doesNotMatch(text, /secret/)
  }
})

test('facts that clients read from headers', () => {
  const region = encode(new S3Error('AuthorizationHeaderMalformed', { Region: 'r' })).headers
  assert.deepEqual(region.at(-1), ['x-amz-bucket-region', 'r'])
  const range = encode(new S3Error('InvalidRange', { ActualObjectSize: 5 }, undefined)).headers
  assert.deepEqual(range.at(-1), ['Content-Range', 'bytes */5'])
})

const statuses: Array<[ErrorCode, number]> = [
  ['AccessDenied', 403],
  ['BadDigest', 400],
  ['BucketAlreadyOwnedByYou', 409],
  ['InternalError', 500],
  ['InvalidPartNumber', 416],
  ['InvalidRange', 416],
  ['MethodNotAllowed', 405],
  ['MissingContentLength', 411],
  ['NoSuchBucket', 404],
  ['NotImplemented', 501],
  ['PermanentRedirect', 301],
  ['PreconditionFailed', 412],
  ['SlowDown', 503],
]

for (const [code, status] of statuses) {
  test(`${code} is ${status}`, () => {
    const error = new S3Error(code)
    assert.equal(error.status, status)
    assert.ok(error.message.length > 0)
  })
}
