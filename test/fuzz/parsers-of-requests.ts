/** What stands in the head of a request: addresses and routes, header sections, signatures in headers and queries. */
import assert from 'node:assert/strict'
import { identify } from '../../src/identity/identify.ts'
import { S3Error } from '../../src/model/errors.ts'
import { readAddress } from '../../src/wire/address.ts'
import { readHeaders } from '../../src/wire/headers.ts'
import { findOperation } from '../../src/wire/route.ts'
import { subresources } from '../../src/wire/route.ts'
import { exampleKey, exchangeOf, realmAt } from '../harness/exchange.ts'
import type { WireRequest } from '../harness/raw.ts'
import type { Parser } from './parsers.ts'

const headBytesMax = 16 * 1024
const methods = ['GET', 'PUT', 'POST', 'DELETE', 'HEAD', 'OPTIONS', 'PATCH']
const realm = realmAt(new Date('2026-11-20T12:00:00Z'))
const credential = 'AKIAIOSFODNN7EXAMPLE/20261120/us-east-1/s3/aws4_request'
const signature = '0'.repeat(64)
const query =
  `X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=${encodeURIComponent(credential)}&X-Amz-Date=20261120T120000Z` +
  `&X-Amz-Expires=60&X-Amz-SignedHeaders=host&X-Amz-Signature=${signature}`
const words = [
  'AWS4-HMAC-SHA256',
  'AWS4-ECDSA-P256-SHA256',
  'AWS ',
  'Bearer ',
  'Credential=',
  'SignedHeaders=',
  'Signature=',
  credential,
  'host;x-amz-date',
  'X-Amz-Security-Token=',
  'X-Amz-Signature=',
  'AWSAccessKeyId=',
  'Expires=',
  '20261120T120000Z',
]

/** Nobody can guess a signature: whatever is made up here has to be refused, or to claim none. */
function refuse(request: WireRequest): void {
  const exchange = exchangeOf(request)
  const identity = identify(exchange, readAddress(exchange, []), realm)
  if (identity.accessKeyId !== undefined) assert.fail(`${identity.accessKeyId} was believed`)
}

export const requestParsers: readonly Parser[] = [
  {
    name: 'address',
    seeds: [
      '/',
      '/bucket/a/b%20c',
      '/bucket//k',
      '/bucket/k?partNumber=1&uploadId=u',
      '/bucket?list-type=2&prefix=a%2F&max-keys=10',
      '/bucket/k?versionId=x&tagging',
    ],
    tokens: ['?', '&', '=', '%2F', '%2e%2e', '/../', '#', 'http://x/', ...subresources],
    bytesMax: headBytesMax,
    run(text, random) {
      const host = random() < 0.5 ? 'localhost' : `${text.slice(0, 40)}.localhost:9000`
      const method = methods[Math.floor(random() * methods.length)] ?? 'GET'
      const exchange = exchangeOf({ method, target: text, headers: [['Host', host]] })
      const address = readAddress(exchange, ['s3.example.com'])
      assert.ok(address.key === undefined || Buffer.byteLength(address.key) <= 1024)
      assert.ok(address.key !== '' && !address.key?.includes('\0'))
      const operation = findOperation(exchange, address)
      assert.equal(operation.method, method)
    },
  },
  {
    name: 'header-section',
    seeds: ['Host: x\nContent-Length: 3\nx-amz-meta-a: b', 'Host: x\nTransfer-Encoding: chunked'],
    tokens: [
      '\n',
      ': ',
      'Host',
      'Authorization',
      'Transfer-Encoding',
      'x-amz-meta-',
      'constructor',
    ],
    bytesMax: headBytesMax,
    run(text) {
      const pairs = text.split('\n').map((line) => line.split(/:(.*)/s).slice(0, 2))
      const headers = readHeaders(pairs.flatMap(([name = '', value = '']) => [name, value]))
      for (const name of headers.names()) {
        const value = headers.get(name)
        assert.ok(typeof value === 'string' && !/^[ \t]|[ \t]$/.test(value.slice(0, 1)))
        assert.ok(headers.all(name).length > 0)
      }
    },
  },
  {
    name: 'authorization',
    seeds: [
      `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=host;x-amz-content-sha256;x-amz-date, Signature=${signature}`,
      `AWS4-HMAC-SHA256 Credential=${credential},SignedHeaders=host,Signature=${signature}`,
      `AWS ${exampleKey.accessKeyId}:AAAAAAAAAAAAAAAAAAAAAAAAAAA=`,
    ],
    tokens: [...words, ',', ';', '/', ':'],
    bytesMax: headBytesMax,
    run(text, random) {
      const headers: Array<[string, string]> = [
        ['host', 'localhost'],
        ['authorization', text],
      ]
      if (random() < 0.9) headers.push(['x-amz-date', '20261120T120000Z'])
      if (random() < 0.9) headers.push(['x-amz-content-sha256', 'UNSIGNED-PAYLOAD'])
      refuse({ method: 'PUT', target: '/bucket/key', headers })
    },
  },
  {
    name: 'presigned',
    seeds: [query, `AWSAccessKeyId=${exampleKey.accessKeyId}&Signature=AAAA&Expires=1795200000`],
    tokens: [...words, '&', '=', '%2F', '%3B', '%0A'],
    bytesMax: headBytesMax,
    run(text) {
      refuse({ method: 'GET', target: `/bucket/key?${text}`, headers: [['host', 'localhost']] })
    },
  },
  {
    name: 'signing-fields',
    seeds: [
      '20261120T120000Z',
      'Fri, 20 Nov 2026 12:00:00 GMT',
      'STREAMING-AWS4-HMAC-SHA256-PAYLOAD',
    ],
    tokens: ['T', 'Z', 'GMT', 'UNSIGNED-PAYLOAD', 'STREAMING-', '-TRAILER', signature],
    bytesMax: headBytesMax,
    run(text, random) {
      const place = ['x-amz-date', 'date', 'x-amz-content-sha256', 'x-amz-security-token']
      const name = place[Math.floor(random() * place.length)] ?? 'date'
      const authorization = `AWS4-HMAC-SHA256 Credential=${credential},SignedHeaders=host,Signature=${signature}`
      const headers: Array<[string, string]> = [
        ['host', 'localhost'],
        ['authorization', authorization],
        [name, text],
      ]
      refuse({ method: 'GET', target: '/bucket/key', headers })
    },
  },
]

/** What a parser may throw. */
export function isRefusal(error: unknown): boolean {
  return error instanceof S3Error
}
