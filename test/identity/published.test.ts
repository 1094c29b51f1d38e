/** The signatures that S3's own documentation publishes, which no code of ours has made. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { identify } from '../../src/identity/identify.ts'
import { readAddress } from '../../src/wire/address.ts'
import { openBody } from '../../src/wire/body.ts'
import type { Exchange } from '../../src/wire/exchange.ts'
import { exampleKey, exchangeOf, realmAt } from '../harness/exchange.ts'

const realm = realmAt(new Date('2013-05-24T00:00:00Z'))
const host = ['Host', 'examplebucket.s3.amazonaws.com'] as const
const date = ['x-amz-date', '20130524T000000Z'] as const
const nothing = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'

function authorization(signedHeaders: string, signature: string): readonly [string, string] {
  const credential = 'AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request'
  return [
    'Authorization',
    `AWS4-HMAC-SHA256 Credential=${credential},SignedHeaders=${signedHeaders},Signature=${signature}`,
  ]
}

function identified(exchange: Exchange): ReturnType<typeof identify> {
  return identify(exchange, readAddress(exchange, ['s3.amazonaws.com']), realm)
}

test('GET object with a range', () => {
  const signature = 'f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41'
  const exchange = exchangeOf({
    method: 'GET',
    target: '/test.txt',
    headers: [
      host,
      authorization('host;range;x-amz-content-sha256;x-amz-date', signature),
      ['Range', 'bytes=0-9'],
      ['x-amz-content-sha256', nothing],
      date,
    ],
  })
  const { account, accessKeyId, seal } = identified(exchange)
  assert.equal(account, exampleKey.account)
  assert.equal(accessKeyId, exampleKey.accessKeyId)
  assert.deepEqual(seal, { kind: 'sha256', hex: nothing })
})

test('PUT object whose key has a dollar sign, dated by Date', () => {
  const signature = '98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd'
  const hash = '44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072'
  const signed = 'date;host;x-amz-content-sha256;x-amz-date;x-amz-storage-class'
  const exchange = exchangeOf({
    method: 'PUT',
    target: '/test$file.text',
    headers: [
      host,
      ['Date', 'Fri, 24 May 2013 00:00:00 GMT'],
      authorization(signed, signature),
      date,
      ['x-amz-storage-class', 'REDUCED_REDUNDANCY'],
      ['x-amz-content-sha256', hash],
    ],
  })
  assert.deepEqual(identified(exchange).seal, { kind: 'sha256', hex: hash })
})

const lists = [
  ['/?lifecycle', 'fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543'],
  ['/?max-keys=2&prefix=J', '34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7'],
] as const

for (const [target, signature] of lists) {
  test(`GET ${target}`, () => {
    const headers = [
      host,
      authorization('host;x-amz-content-sha256;x-amz-date', signature),
      ['x-amz-content-sha256', nothing],
      date,
    ] as const
    identified(exchangeOf({ method: 'GET', target, headers }))
  })
}

test('GET object by presigned URL', () => {
  const query = [
    'X-Amz-Algorithm=AWS4-HMAC-SHA256',
    'X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request',
    'X-Amz-Date=20130524T000000Z',
    'X-Amz-Expires=86400',
    'X-Amz-SignedHeaders=host',
    'X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404',
  ]
  const target = `/test.txt?${query.join('&')}`
  const { seal } = identified(exchangeOf({ method: 'GET', target, headers: [host] }))
  assert.deepEqual(seal, { kind: 'unsigned' })
})

test('PUT object in signed chunks', async () => {
  const seed = '4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9'
  const signatures = [
    ['10000', 'ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648'],
    ['400', '0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497'],
    ['0', 'b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9'],
  ] as const
  const body = signatures.map(([size, signature]) => {
    const data = 'a'.repeat(Number.parseInt(size, 16))
    return `${size};chunk-signature=${signature}\r\n${data}\r\n`
  })
  const signed =
    'content-encoding;content-length;host;x-amz-content-sha256;x-amz-date;x-amz-decoded-content-length;x-amz-storage-class'
  const bytes = Buffer.from(body.join(''))
  assert.equal(bytes.length, 66_824)
  const exchange = exchangeOf({
    method: 'PUT',
    target: '/examplebucket/chunkObject.txt',
    headers: [
      ['Host', 's3.amazonaws.com'],
      date,
      ['x-amz-storage-class', 'REDUCED_REDUNDANCY'],
      authorization(signed, seed),
      ['x-amz-content-sha256', 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD'],
      ['Content-Encoding', 'aws-chunked'],
      ['x-amz-decoded-content-length', '66560'],
      ['Content-Length', '66824'],
    ],
    body: bytes,
  })
  const { seal } = identified(exchange)
  const runs = await Array.fromAsync(openBody(exchange, seal))
  assert.deepEqual(Buffer.concat(runs), Buffer.alloc(66_560, 'a'))
})

test('PUT object in signed chunks with a signed trailer', async () => {
  const seed = '106e2a8a18243abcf37539882f36619c00e2dfc72633413f02d3b74544bfeb8e'
  const signatures = [
    ['10000', 'b474d8862b1487a5145d686f57f013e54db672cee1c953b3010fb58501ef5aa2'],
    ['400', '1c1344b170168f8e65b41376b44b20fe354e373826ccbbe2c1d40a8cae51e5c7'],
    ['0', '2ca2aba2005185cf7159c6277faf83795951dd77a3a99e6e65d5c9f85863f992'],
  ] as const
  const chunks = signatures.map(([size, signature]) => {
    const data = 'a'.repeat(Number.parseInt(size, 16))
    return `${size};chunk-signature=${signature}\r\n${data}${data === '' ? '' : '\r\n'}`
  })
  const trailer =
    'x-amz-checksum-crc32c:sOO8/Q==\n\r\n' +
    'x-amz-trailer-signature:d81f82fc3505edab99d459891051a732e8730629a2e4a59689829ca17fe2e435\r\n\r\n'
  const bytes = Buffer.from(chunks.join('') + trailer)
  const signed =
    'content-encoding;host;x-amz-content-sha256;x-amz-date;x-amz-decoded-content-length;x-amz-storage-class;x-amz-trailer'
  const exchange = exchangeOf({
    method: 'PUT',
    target: '/examplebucket/chunkObject.txt',
    headers: [
      ['Host', 's3.amazonaws.com'],
      date,
      ['x-amz-storage-class', 'REDUCED_REDUNDANCY'],
      authorization(signed, seed),
      ['x-amz-content-sha256', 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER'],
      ['Content-Encoding', 'aws-chunked'],
      ['x-amz-decoded-content-length', '66560'],
      ['x-amz-trailer', 'x-amz-checksum-crc32c'],
      ['Content-Length', String(bytes.length)],
    ],
    body: bytes,
  })
  const payload = openBody(exchange, identified(exchange).seal)
  const runs = await Array.fromAsync(payload)
  assert.deepEqual(Buffer.concat(runs), Buffer.alloc(66_560, 'a'))
  assert.deepEqual([...payload.trailers], [['x-amz-checksum-crc32c', 'sOO8/Q==']])
})
