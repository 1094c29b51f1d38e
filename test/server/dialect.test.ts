/** The border of the dialects: what is heard of a request, and what goes out of an answer. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { aws } from '../../src/model/dialects/aws.ts'
import type { Dialect } from '../../src/model/dialects/dialect.ts'
import { ibm } from '../../src/model/dialects/ibm.ts'
import { yandex } from '../../src/model/dialects/yandex.ts'
import { S3Error } from '../../src/model/errors.ts'
import { answered, heard, refuseUnoffered, spelled, type Heard } from '../../src/server/dialect.ts'
import { readAddress } from '../../src/wire/address.ts'
import type { Reply } from '../../src/wire/exchange.ts'
import { withHoisted } from '../../src/wire/hoisted.ts'
import { exchangeOf } from '../harness/exchange.ts'

const headersOfAll = [
  ['x-amz-expected-bucket-owner', '999999999999'],
  ['x-amz-request-payer', 'requester'],
  ['x-amz-source-expected-bucket-owner', '999999999999'],
  ['content-type', 'text/plain'],
] as const

function asking(headers: ReadonlyArray<readonly [string, string]>, query = ''): Heard {
  const exchange = exchangeOf({ method: 'PUT', target: `/b/k${query}`, headers })
  return { exchange, address: readAddress(exchange, []) }
}

/** As the decoder reads it: from the headers, and from the query of a presigned URL. */
function read(name: string, request: Heard, dialect: Dialect): string | undefined {
  const { exchange, address } = heard(request, dialect)
  const seen = withHoisted(exchange.headers, address.query)
  assert.equal(seen.get(name) !== undefined, [...seen.names()].includes(name))
  assert.deepEqual(seen.all(name), seen.get(name) === undefined ? [] : [seen.get(name)])
  return seen.get(name)
}

test('what IBM documents as ignored is not heard, in headers and in presigned URLs', () => {
  const query = '?X-Amz-Signature=x&X-Amz-Expected-Bucket-Owner=999999999999'
  for (const [name, value] of headersOfAll) {
    assert.equal(read(name, asking(headersOfAll), aws), value)
    const left = name === 'content-type' ? value : undefined
    assert.equal(read(name, asking(headersOfAll), ibm), left)
  }
  const name = 'x-amz-expected-bucket-owner'
  assert.equal(read(name, asking([], query), aws), '999999999999')
  assert.equal(read(name, asking([], query), ibm), undefined)
})

test('a storage class is heard by the name under which it is kept', () => {
  const cases: ReadonlyArray<readonly [Dialect, asked: string, kept: string | undefined]> = [
    [aws, 'STANDARD_IA', 'STANDARD_IA'],
    [aws, 'COLD', undefined],
    [aws, 'ICE', undefined],
    [aws, 'GLACIER', undefined],
    [ibm, 'COLD', undefined],
    [yandex, 'STANDARD', 'STANDARD'],
    [yandex, 'COLD', 'COLD'],
    [yandex, 'STANDARD_IA', 'COLD'],
    [yandex, 'NEARLINE', 'COLD'],
    [yandex, 'ICE', 'ICE'],
    [yandex, 'GLACIER', 'ICE'],
    [yandex, 'ONEZONE_IA', undefined],
    [yandex, 'toString', undefined],
  ]
  for (const [dialect, asked, kept] of cases) {
    for (const request of [
      asking([['x-amz-storage-class', asked]]),
      asking([], `?X-Amz-Signature=x&X-Amz-Storage-Class=${asked}`),
    ]) {
      const seen = (): string | undefined => read('x-amz-storage-class', request, dialect)
      if (kept === undefined) assert.throws(seen, isError('InvalidStorageClass'))
      else assert.equal(seen(), kept)
    }
  }
})

test('what IBM offers and this server does not is refused by name, and ignored elsewhere as AWS ignores it', () => {
  assert.equal(ibm.refusedHeaders.length, 10)
  for (const name of ibm.refusedHeaders) {
    const { exchange } = asking([[name, '1']])
    assert.throws(
      () => refuseUnoffered({ ...exchange, method: 'PUT' }, ibm),
      isError('NotImplemented'),
    )
    refuseUnoffered({ ...exchange, method: 'PUT' }, aws)
  }
})

test('PATCH is named where it is documented', () => {
  const patch = { method: 'PATCH', headers: asking([]).exchange.headers }
  assert.throws(() => refuseUnoffered(patch, yandex), isError('NotImplemented'))
  refuseUnoffered(patch, aws)
})

function namesOf(method: string, dialect: Dialect): readonly string[] {
  const names = [
    'ETag',
    'x-amz-storage-class',
    'x-amz-meta-foo-bar_baz',
    'x-amz-server-side-encryption-aws-kms-key-id',
    'x-amz-request-charged',
  ]
  const reply: Reply = { status: 200, headers: names.map((name) => [name, 'x']), body: undefined }
  return answered(reply, { id: '1', method }, dialect).headers.map(([name]) => name)
}

test('an answer has the headers that its dialect documents', () => {
  const [etag, cold, meta, key, charged] = namesOf('GET', aws)
  assert.equal(charged, 'x-amz-request-charged')
  assert.deepEqual(namesOf('PUT', aws), [etag, meta, key, charged])
  assert.deepEqual(namesOf('GET', ibm), [etag, cold, meta, 'X-Clv-Request-Id'])
  assert.deepEqual(namesOf('POST', ibm), [etag, meta, 'X-Clv-Request-Id'])
  for (const method of ['GET', 'PUT']) {
    assert.deepEqual(namesOf(method, yandex), [etag, cold, 'X-Amz-Meta-Foo-Bar_baz', key, charged])
  }
})

test('an error is told in the words of the dialect', () => {
  const long = new S3Error('KeyTooLongError', { Size: 1025 })
  assert.equal(spelled(long, aws), long)
  assert.equal(spelled(long, yandex), long)
  const told = spelled(long, ibm)
  assert.ok(told instanceof S3Error)
  assert.deepEqual(
    [told.code, told.status, told.detail],
    ['KeyTooLong', 400, { Size: 1025, httpStatusCode: 400 }],
  )
  const unknown = spelled(new Error('secret'), ibm)
  assert.ok(unknown instanceof S3Error && !unknown.message.includes('secret'))
  const unchanged = new S3Error('NotModified', { ETag: '"x"' })
  assert.equal(spelled(unchanged, ibm), unchanged, 'its detail is its headers')
})

function isError(code: string): (error: unknown) => boolean {
  return (error) => error instanceof S3Error && error.code === code
}
