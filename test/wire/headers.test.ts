/** Header fields: kept as bytes, and refused where two of them would leave a choice. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readHeaders } from '../../src/wire/headers.ts'

test('names are found whatever their case, values keep their bytes', () => {
  const headers = readHeaders([
    'X-Amz-Meta-A',
    ' \t \xc3\xa9  b \t',
    'x-amz-meta-a',
    'c',
    'Host',
    'h',
  ])
  assert.equal(headers.get('x-amz-meta-a'), '\xc3\xa9  b,c')
  assert.deepEqual(headers.all('x-amz-meta-a'), ['\xc3\xa9  b', 'c'])
  assert.deepEqual([...headers.names()], ['x-amz-meta-a', 'host'])
  assert.equal(headers.get('absent'), undefined)
  assert.deepEqual(headers.all('absent'), [])
})

test('D09: names of every object are names like others', () => {
  const headers = readHeaders(['__proto__', 'a', 'x-amz-meta-__proto__', 'b'])
  assert.equal(headers.get('__proto__'), 'a')
  assert.equal(headers.get('constructor'), undefined)
})

for (const name of ['Host', 'Content-Length', 'Transfer-Encoding']) {
  test(`D03: two ${name}`, () => {
    const once = [name, 'chunked']
    readHeaders(once)
    assert.throws(() => readHeaders([...once, name.toUpperCase(), 'chunked']), {
      code: 'InvalidRequest',
    })
  })
}

const once = [
  'Authorization',
  'x-amz-date',
  'x-amz-content-sha256',
  'Content-MD5',
  'x-amz-security-token',
]

for (const name of once) {
  test(`D04: two ${name}`, () => {
    readHeaders([name, 'a'])
    assert.throws(() => readHeaders([name, 'a', name, 'a']), { code: 'InvalidArgument' })
  })
}

test('D02: Transfer-Encoding is chunked and nothing else', () => {
  readHeaders(['Transfer-Encoding', 'Chunked'])
  for (const value of ['identity, chunked', 'chunked, identity', 'gzip', '']) {
    assert.throws(() => readHeaders(['Transfer-Encoding', value]), { code: 'InvalidRequest' })
  }
})

test('D06: more than 256 fields', () => {
  const fields = (count: number): string[] =>
    Array.from({ length: count }, (_, index) => [`h${index}`, 'v']).flat()
  assert.equal([...readHeaders(fields(256)).names()].length, 256)
  assert.throws(() => readHeaders(fields(257)), { code: 'RequestHeaderSectionTooLarge' })
})
