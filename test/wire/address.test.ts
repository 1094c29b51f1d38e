/** Where a request points, whatever its path and host try. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { S3Error } from '../../src/model/errors.ts'
import { readAddress, type Address } from '../../src/wire/address.ts'
import { exchangeOf } from '../harness/exchange.ts'

const domains = ['s3.localhost.localstack.cloud', 's3.Example.com', 'example.com']

function at(target: string, host = 'localhost:9000'): Address {
  return readAddress(exchangeOf({ method: 'GET', target, headers: [['Host', host]] }), domains)
}

function place(target: string, host?: string): [string | undefined, string | undefined] {
  const { bucket, key } = at(target, host)
  return [bucket, key]
}

function refused(target: string, code: string): void {
  assert.throws(
    () => at(target),
    (error) => error instanceof S3Error && error.code === code,
    target,
  )
}

const paths: Array<[string, string | undefined, string | undefined]> = [
  ['/', undefined, undefined],
  ['/bkt', 'bkt', undefined],
  ['/bkt/', 'bkt', undefined],
  ['/bkt/a/b', 'bkt', 'a/b'],
  ['/bkt//k', 'bkt', '/k'],
  ['/bkt/a//b/', 'bkt', 'a//b/'],
  ['/bkt/a+b%2Bc%20d', 'bkt', 'a+b+c d'],
  ['/bkt/%C3%A9%F0%9F%98%80', 'bkt', 'é😀'],
  ['/bkt/\xc3\xa9', 'bkt', 'é'],
  ['/bkt/%EF%BB%BFk', 'bkt', '\ufeffk'],
  ['/bkt/x/../y', 'bkt', 'x/../y'],
  ['/bkt/./y', 'bkt', './y'],
  ['/bkt/..%5cy', 'bkt', '..\\y'],
  ['/bkt/...', 'bkt', '...'],
  ['/../k', '..', 'k'],
  ['//bkt/k', 'bkt', 'k'],
  ['//', undefined, undefined],
  [`/${'/'.repeat(1000)}`, '', '/'.repeat(998)],
]

for (const [target, bucket, key] of paths) {
  test(`C01, C05: ${target.slice(0, 40)}`, () => {
    assert.deepEqual(place(target), [bucket, key])
  })
}

test('C03: a slash is a slash however it came, a twice encoded one is another key', () => {
  assert.deepEqual(place('/b/a%2Fb'), place('/b/a/b'))
  assert.deepEqual(place('/b/a%252Fb'), ['b', 'a%2Fb'])
})

test('C09: composed and decomposed letters are two keys', () => {
  assert.notDeepEqual(place('/b/%C3%A9'), place('/b/e%CC%81'))
})

const hosts: Array<[string, string | undefined]> = [
  ['localhost', undefined],
  ['LOCALHOST:1', undefined],
  ['bkt.localhost', 'bkt'],
  ['my.bkt.localhost:9000', 'my.bkt'],
  ['B.LocalHost', 'b'],
  ['127.0.0.1:9000', undefined],
  ['bkt.127.0.0.1', 'bkt'],
  ['bkt.127.0.0.1:9000', 'bkt'],
  ['my.bkt.10.1.2.3', 'my.bkt'],
  ['[::1]:9000', undefined],
  ['s3.localhost.localstack.cloud', undefined],
  ['bkt.s3.localhost.localstack.cloud:4566', 'bkt'],
  ['bkt.s3.example.com', 'bkt'],
  ['bkt.example.com', 'bkt'],
  ['S3.example.com', undefined],
  ['evils3.example.org', undefined],
  ['bkt.s3.example.com.', undefined],
  ['.localhost', undefined],
  ['unknown', undefined],
]

for (const [host, bucket] of hosts) {
  test(`C11: host ${host}`, () => {
    const address = at('/path/k', host)
    assert.equal(address.virtualHost, bucket !== undefined)
    const expected = bucket === undefined ? ['path', 'k'] : [bucket, 'path/k']
    assert.deepEqual([address.bucket, address.key], expected)
  })
}

test('in a virtual host the whole path is the key', () => {
  assert.deepEqual(place('/', 'b.localhost'), ['b', undefined])
  assert.deepEqual(place('//k', 'b.localhost'), ['b', '/k'])
})

test('C01, C05, C09, D05: what is no address', () => {
  const targets = ['/b/../k', '/b/%2e%2e/k', '/b/..%2fk', '/b/a/../../k', '/b/%00', '/%00']
  const odd = ['/b/%ff', '/b/%', '/b/%zz', '/b/%C3', '/b/%ED%A0%80', '/b/k?a=%zz', '/b/k#frag']
  for (const target of [...targets, ...odd, 'http://evil/x', '*', '']) refused(target, 'InvalidURI')
})

test('C06: a key has at most 1024 bytes of UTF-8', () => {
  assert.equal(at(`/b/${'k'.repeat(1024)}`).key?.length, 1024)
  assert.equal(at(`/b/${'%C3%A9'.repeat(512)}`).key?.length, 512)
  refused(`/b/${'k'.repeat(1025)}`, 'KeyTooLongError')
  assert.throws(() => at(`/b/k${'%C3%A9'.repeat(512)}`), {
    detail: { Size: 1025, MaxSizeAllowed: 1024 },
  })
})

test('a query is decoded once, plus is a space, and it keeps its order', () => {
  const { query, rawQuery, rawPath } = at(
    '/b/k?uploadId=a%2Bb==&x&x=1&&a+b=c+d&__proto__=p&e=%C3%A9',
  )
  assert.equal(rawPath, '/b/k')
  assert.ok(rawQuery.startsWith('uploadId=a%2Bb=='))
  assert.deepEqual(
    [...query.entries()],
    [
      ['uploadId', 'a+b=='],
      ['x', ''],
      ['x', '1'],
      ['a b', 'c d'],
      ['__proto__', 'p'],
      ['e', 'é'],
    ],
  )
  assert.equal(query.get('x'), '')
  assert.equal(query.has('y'), false)
  assert.equal(query.has('constructor'), false)
})

test('every key that a client can encode comes back', () => {
  const key = fc
    .string({ unit: 'binary', minLength: 1, maxLength: 200 })
    .filter((text) => !text.includes('\0') && !text.includes('..'))
  const property = fc.property(key, (plain) => {
    assert.equal(at(`/b/${encodeURIComponent(plain)}`).key, plain)
  })
  fc.assert(property, { numRuns: 1000 })
})
