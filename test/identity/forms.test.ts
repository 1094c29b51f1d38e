/** The forms in which jslib-aws signs (k6), each accepted with the same secret and none standing for another key. */
import assert from 'node:assert/strict'
import { createHash, createHmac } from 'node:crypto'
import { test } from 'node:test'
import { identify, type Identity } from '../../src/identity/identify.ts'
import { S3Error } from '../../src/model/errors.ts'
import { readAddress } from '../../src/wire/address.ts'
import { exampleKey, exchangeOf, realmAt } from '../harness/exchange.ts'

const date = '20261120T120000Z'
const scope = '20261120/us-east-1/s3/aws4_request'
const nothing = createHash('sha256').digest('hex')

interface Sent {
  readonly target: string
  readonly host: string
}

/** Signs one path and host and sends another. */
function asks(signedPath: string, { target, host }: Sent, signedHost = host): Identity {
  const signedHeaders = 'host;x-amz-content-sha256;x-amz-date'
  const canonical = [
    'PUT',
    signedPath,
    '',
    `host:${signedHost}`,
    `x-amz-content-sha256:${nothing}`,
    `x-amz-date:${date}`,
    '',
    signedHeaders,
    nothing,
  ].join('\n')
  const digest = createHash('sha256').update(canonical).digest('hex')
  const key = scope
    .split('/')
    .reduce<Uint8Array>(
      (secret, step) => createHmac('sha256', secret).update(step).digest(),
      Buffer.from(`AWS4${exampleKey.secretAccessKey}`),
    )
  const signature = createHmac('sha256', key)
    .update(['AWS4-HMAC-SHA256', date, scope, digest].join('\n'))
    .digest('hex')
  const exchange = exchangeOf({
    method: 'PUT',
    target,
    headers: [
      ['Host', host],
      ['X-Amz-Date', date],
      ['X-Amz-Content-Sha256', nothing],
      [
        'Authorization',
        `AWS4-HMAC-SHA256 Credential=${exampleKey.accessKeyId}/${scope}, SignedHeaders=${signedHeaders}, Signature=${signature}`,
      ],
    ],
  })
  return identify(exchange, readAddress(exchange, []), realmAt(new Date('2026-11-20T12:00:00Z')))
}

const accepted: Array<[string, string, Sent]> = [
  ['AWS', '/b/a%28b%29%20%C3%A9', { target: '/b/a%28b%29%20%C3%A9', host: 'localhost' }],
  ['AWS, of a path sent raw', '/b/a%28b%29', { target: '/b/a(b)', host: 'localhost' }],
  ['0.14.0: encodeURI', '/b/a(b)%20%C3%A9', { target: '/b/a(b)%20%C3%A9', host: 'localhost' }],
  ['0.11.0: unencoded', '/b/my key é', { target: '/b/my%20key%20%C3%A9', host: 'localhost' }],
  ['0.12.2: one slash', '/b/k', { target: '//b/k', host: 'localhost' }],
  ['virtual host', '/k', { target: '/k', host: 'b.localhost' }],
]

for (const [name, path, sent] of accepted) {
  test(`accepted: ${name}`, () => {
    asks(path, sent)
    assert.throws(() => asks(`${path}x`, sent), S3Error)
  })
}

test('a host signed without its port is accepted, another host is not', () => {
  asks('/b/k', { target: '/b/k', host: 'localhost:9000' }, 'localhost')
  assert.throws(() => asks('/b/k', { target: '/b/k', host: 'localhost:9000' }, 'other'), S3Error)
  assert.throws(
    () => asks('/b/k', { target: '/b/k', host: 'localhost' }, 'localhost:9000'),
    S3Error,
  )
})

test('no form lets the signature of one key stand for another', () => {
  // A decoded path is not decoded again.
  assert.throws(() => asks('/b/a%2Fb', { target: '/b/a%252Fb', host: 'localhost' }), S3Error)
  assert.throws(() => asks('/b/k\nx', { target: '/b/k%0Ax', host: 'localhost' }), S3Error)
})

test('in a virtual host a doubled first slash is read as it was signed', () => {
  const sent = { target: '//k', host: 'b.localhost' }
  assert.equal(asks('//k', sent).address.key, '/k')
  assert.equal(asks('/k', sent).address.key, 'k')
})
