/** SigV2: the examples that S3's developer guide publishes, which no code of ours has made. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { identify } from '../../src/identity/identify.ts'
import { readAddress } from '../../src/wire/address.ts'
import { exampleKey, exchangeOf, realmAt } from '../harness/exchange.ts'

type Headers = ReadonlyArray<readonly [string, string]>
type Example = readonly [string, string, string, string, Headers]

const host = 'johnsmith.s3.amazonaws.com'
const bare = 's3.amazonaws.com'
const backup: Headers = [
  ['Date', 'Tue, 27 Mar 2007 21:06:08 +0000'],
  ['x-amz-acl', 'public-read'],
  ['content-type', 'application/x-download'],
  ['Content-MD5', '4gJE4saaMU4BqNR0kLY+lw=='],
  ['X-Amz-Meta-ReviewedBy', 'joe@johnsmith.net'],
  ['X-Amz-Meta-ReviewedBy', 'jane@johnsmith.net'],
  ['X-Amz-Meta-FileChecksum', '0x02661779'],
  ['X-Amz-Meta-ChecksumAlgorithm', 'crc32'],
  ['Content-Disposition', 'attachment; filename=database.dat'],
  ['Content-Encoding', 'gzip'],
]
const dated = (date: string): Headers => [['Date', date]]

const examples: readonly Example[] = [
  [
    'GET /photos/puppy.jpg',
    host,
    '2007-03-27T19:36:42Z',
    'bWq2s1WEIj+Ydj0vQ697zp+IXMU=',
    dated('Tue, 27 Mar 2007 19:36:42 +0000'),
  ],
  [
    'PUT /photos/puppy.jpg',
    host,
    '2007-03-27T21:15:45Z',
    'MyyxeRY7whkBe+bq8fHCL/2kKUg=',
    [...dated('Tue, 27 Mar 2007 21:15:45 +0000'), ['Content-Type', 'image/jpeg']],
  ],
  [
    'GET /?prefix=photos&max-keys=50&marker=puppy',
    host,
    '2007-03-27T19:42:41Z',
    'htDYFYduRNen8P9ZfE/s9SuKy0U=',
    [...dated('Tue, 27 Mar 2007 19:42:41 +0000'), ['User-Agent', 'Mozilla/5.0']],
  ],
  [
    'GET /?acl',
    host,
    '2007-03-27T19:44:46Z',
    'c2WLPFtWHVgbEmeEG93a4cG37dM=',
    dated('Tue, 27 Mar 2007 19:44:46 +0000'),
  ],
  [
    'DELETE /johnsmith/photos/puppy.jpg',
    bare,
    '2007-03-27T21:20:26Z',
    'R4dJ53KECjStyBO5iTBJZ4XVOaI=',
    [
      ...dated('Tue, 27 Mar 2007 21:20:27 +0000'),
      ['x-amz-date', 'Tue, 27 Mar 2007 21:20:26 +0000'],
    ],
  ],
  [
    'PUT /db-backup.dat.gz',
    'static.johnsmith.net:8080',
    '2007-03-27T21:06:08Z',
    'ilyl83RwaSoYIEdixDQcA4OnAnc=',
    backup,
  ],
  [
    'GET /',
    bare,
    '2007-03-28T01:29:59Z',
    'qGdzdERIC03wnaRNKh6OqZehG9s=',
    dated('Wed, 28 Mar 2007 01:29:59 +0000'),
  ],
  [
    'GET /dictionary/fran%C3%A7ais/pr%c3%a9f%c3%a8re',
    bare,
    '2007-03-28T01:49:49Z',
    'DNEZGsoieTZ92F3bUfSPQcbGmlM=',
    dated('Wed, 28 Mar 2007 01:49:49 +0000'),
  ],
]

/** The upload's host is a domain of the bucket's own, which here stands below a domain of the server's. */
function hostOf(name: string): string {
  return name === 'static.johnsmith.net:8080' ? 'static.johnsmith.net.s3.amazonaws.com' : name
}

for (const [line, name, time, signature, headers] of examples) {
  test(line, () => {
    const [method = '', target = ''] = line.split(' ')
    const authorization = `AWS ${exampleKey.accessKeyId}:${signature}`
    const all = [
      ['Host', hostOf(name)] as const,
      ...headers,
      ['Authorization', authorization] as const,
    ]
    const exchange = exchangeOf({ method, target, headers: all })
    const address = readAddress(exchange, [bare])
    const { account, seal } = identify(exchange, address, realmAt(new Date(time)))
    assert.equal(account, exampleKey.account)
    assert.deepEqual(seal, { kind: 'unsigned' })
  })
}

test('GET by a presigned URL, to the second it expires', () => {
  const target =
    '/photos/puppy.jpg?AWSAccessKeyId=AKIAIOSFODNN7EXAMPLE&Signature=NpgCjnDzrM%2BWFzoENXmpNDUsSn8%3D&Expires=1175139620'
  const exchange = exchangeOf({ method: 'GET', target, headers: [['Host', host]] })
  const address = readAddress(exchange, [bare])
  const ask = (seconds: number): string | undefined =>
    identify(exchange, address, realmAt(new Date(seconds * 1000))).accessKeyId
  assert.equal(ask(1_175_139_620), exampleKey.accessKeyId)
  assert.throws(() => ask(1_175_139_621), {
    code: 'AccessDenied',
    message: 'Request has expired',
    detail: { Expires: '2007-03-29T03:40:20Z', ServerTime: '2007-03-29T03:40:21Z' },
  })
})
