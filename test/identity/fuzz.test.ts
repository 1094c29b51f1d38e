/** Whatever a stranger writes into the places where an identity is read, the answer is an error of S3's. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { identify } from '../../src/identity/identify.ts'
import { S3Error } from '../../src/model/errors.ts'
import { readAddress } from '../../src/wire/address.ts'
import { exchangeOf, realmAt } from '../harness/exchange.ts'

const realm = realmAt(new Date('2026-11-20T12:00:00Z'))

const token = fc.constantFrom(
  'AWS4-HMAC-SHA256',
  'AWS',
  'Credential=',
  'SignedHeaders=',
  'Signature=',
  'AKIAIOSFODNN7EXAMPLE/20261120/us-east-1/s3/aws4_request',
  'host;x-amz-date',
  '20261120T120000Z',
  'deadbeef',
  ...Array.from(' ,;=/:&%\t'),
)
const latin1 = fc.string({
  unit: fc.integer({ min: 0x20, max: 0xff }).map((code) => String.fromCharCode(code)),
})
const words = fc.array(fc.oneof(token, latin1), { maxLength: 12 }).map((list) => list.join(''))

function refuses(target: string, headers: Record<string, string>): void {
  const exchange = exchangeOf({ method: 'PUT', target, headers: Object.entries(headers) })
  assert.throws(() => identify(exchange, readAddress(exchange, []), realm), S3Error)
}

test('A12, A26: any Authorization header', () => {
  const property = fc.property(words, words, words, (authorization, date, hash) => {
    const scheme = `AWS4-HMAC-SHA256 ${authorization}`
    for (const value of [authorization, scheme]) {
      refuses('/b/k', {
        host: 'localhost',
        authorization: value,
        'x-amz-date': date,
        'x-amz-content-sha256': hash,
      })
    }
  })
  fc.assert(property, { numRuns: 3000 })
})

test('A12, A15: any query', () => {
  const names = ['Algorithm', 'Credential', 'Date', 'Expires', 'SignedHeaders', 'Signature']
  const values = fc.array(words, { minLength: names.length, maxLength: names.length })
  const property = fc.property(values, (given) => {
    const fields = names.map((name, index) => `X-Amz-${name}=${given[index]}`)
    refuses(`/b/k?${fields.join('&')}`, { host: 'localhost' })
  })
  fc.assert(property, { numRuns: 3000 })
})
