/** What went wrong in other stores while they asked who asks: the rows of class A, each with its refusal. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Realm } from '../../src/identity/realm.ts'
import { exampleKey, realmAt, temporaryKey } from '../harness/exchange.ts'
import { withHeader, type RequestPlan } from '../harness/sign.ts'
import { ask, isAnonymous, minutes, now, refused, refusedIn, signed } from './asking.ts'

const seals: Array<[NonNullable<RequestPlan['payload']>, string]> = [
  ['sha256', 'sha256'],
  ['unsigned', 'unsigned'],
  ['streaming', 'aws-chunked'],
  ['streaming-trailer', 'aws-chunked'],
  ['streaming-unsigned-trailer', 'aws-chunked'],
]

for (const [payload, kind] of seals) {
  test(`A01, A05: a forged signature is refused with ${payload}, a true one is not`, async () => {
    const request = await signed({ body: 'data', payload })
    assert.equal(ask(request).seal.kind, kind)
    const [, authorization = ''] = request.headers.find(([name]) => name === 'authorization') ?? []
    const forged = authorization.replace(/Signature=./, (start) =>
      start.endsWith('0') ? 'Signature=1' : 'Signature=0',
    )
    const detail = refused(
      withHeader(request, 'authorization', forged),
      'SignatureDoesNotMatch',
      /^The request signature we calculated does not match the signature you provided\. Check your key and signing method\.$/,
    )
    assert.equal(detail['AWSAccessKeyId'], exampleKey.accessKeyId)
    assert.match(String(detail['StringToSign']), /^AWS4-HMAC-SHA256\n20261120T120000Z\n/)
    assert.match(String(detail['StringToSignBytes']), /^41 57 53 34 2d( [0-9a-f]{2})+$/)
    assert.match(
      String(detail['CanonicalRequest']),
      /^PUT\n\/b\/k\n\nhost|^PUT\n\/b\/k\n\ncontent-encoding/,
    )
    assert.match(String(detail['SignatureProvided']), /^[0-9a-f]{64}$/)
    assert.match(String(detail['CanonicalRequestBytes']), /^50 55 54 0a/)
    const nobodys = withHeader(request, 'authorization', undefined)
    if (payload === 'streaming' || payload === 'streaming-trailer')
      refused(nobodys, 'InvalidRequest')
    else assert.ok(isAnonymous(nobodys))
  })
}

test('A02: an unknown way to seal a body is refused by name', async () => {
  const unknown = await signed({ body: '', headers: { 'x-amz-content-sha256': 'STREAMING-NEW' } })
  refused(
    unknown,
    'InvalidArgument',
    /^x-amz-content-sha256 must be UNSIGNED-PAYLOAD, .* or a valid sha256 value\.$/,
  )
  const missing = withHeader(await signed({}), 'x-amz-content-sha256', undefined)
  refused(
    missing,
    'InvalidRequest',
    /^Missing required header for this request: x-amz-content-sha256$/,
  )
  for (const end of ['', '-TRAILER']) {
    const hash = `STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD${end}`
    refused(await signed({ body: '', headers: { 'x-amz-content-sha256': hash } }), 'NotImplemented')
  }
})

test('A03: a credential in the query alone is no identity', async () => {
  const request = await signed({ body: 'data', payload: 'streaming-unsigned-trailer' })
  const bare = withHeader(request, 'authorization', undefined)
  const target = `/b/k?X-Amz-Credential=${exampleKey.accessKeyId}%2F20261120%2Fus-east-1%2Fs3%2Faws4_request`
  refused(
    { ...bare, target },
    'AuthorizationQueryParametersError',
    /^Query-string authentication version 4 requires/,
  )
})

test('A04: a form without authorization is anonymous, whatever it posts to', () => {
  for (const target of ['/b?delete', '/b/k?uploads', '/b/k?uploadId=u', '/b']) {
    const headers = [
      ['host', 'localhost'],
      ['content-type', 'multipart/form-data'],
    ] as const
    assert.ok(isAnonymous({ method: 'POST', target, headers }))
  }
})

test('A08: whoever holds a presigned URL adds no x-amz- header to it', async () => {
  const request = await signed({ method: 'PUT', presign: 60 })
  ask(request)
  ask(withHeader(request, 'content-type', 'text/plain'))
  const detail = refused(
    withHeader(request, 'x-amz-tagging', 'a=b'),
    'AccessDenied',
    /^There were headers present in the request which were not signed$/,
  )
  assert.equal(detail['HeadersNotSigned'], 'x-amz-tagging')
  const inHeader = withHeader(await signed({ method: 'PUT' }), 'x-amz-acl', 'public-read')
  assert.equal(refused(inHeader, 'AccessDenied')['HeadersNotSigned'], 'x-amz-acl')
})

test('A09: headers that other stores trust mean nothing', async () => {
  const request = withHeader(await signed({}), 'x-minio-replication-actual-object-size', '1')
  const more = withHeader(request, 'x-seaweedfs-principal', 'root')
  assert.equal(ask(more).account, exampleKey.account)
})

test('A10: a token belongs to its key', async () => {
  const { accessKeyId, secretAccessKey, sessionToken } = temporaryKey
  const keys = { accessKeyId, secretAccessKey }
  for (const presign of [undefined, 60]) {
    assert.equal(
      ask(await signed({ presign, keys: { ...keys, sessionToken } })).accessKeyId,
      accessKeyId,
    )
    const wrong = await signed({ presign, keys: { ...keys, sessionToken: 'other' } })
    assert.equal(refused(wrong, 'InvalidToken')['Token-0'], 'other')
    refused(await signed({ presign, keys }), 'InvalidAccessKeyId')
    refused(await signed({ presign, keys: { ...exampleKey, sessionToken: 'x' } }), 'InvalidToken')
  }
})

test('a temporary key ends with its token, and only who has the token is told so', async () => {
  const { accessKeyId, secretAccessKey, sessionToken } = temporaryKey
  const keys = { accessKeyId, secretAccessKey, sessionToken }
  const until = (expires: number): Realm => {
    const temporary = { ...temporaryKey, expires }
    const credentials = { ...realmAt(now).credentials, find: () => temporary }
    return realmAt(now, { credentials })
  }
  for (const presign of [undefined, 60]) {
    const request = await signed({ presign, keys })
    assert.equal(ask(request, until(now.getTime() + 1)).accessKeyId, accessKeyId)
    for (const late of [0, 60_000]) {
      const detail = refusedIn(until(now.getTime() - late), request, 'ExpiredToken')
      assert.deepEqual(detail, { 'Token-0': sessionToken })
    }
    const guessed = await signed({ presign, keys: { ...keys, sessionToken: 'other' } })
    refusedIn(until(0), guessed, 'InvalidToken')
    const without = await signed({ presign, keys: { accessKeyId, secretAccessKey } })
    refusedIn(until(0), without, 'InvalidAccessKeyId')
  }
})

test('SigV4A is refused by name, in the query too', async () => {
  const request = await signed({ presign: 60 })
  const target = request.target.replace('AWS4-HMAC-SHA256', 'AWS4-ECDSA-P256-SHA256')
  assert.notEqual(target, request.target)
  const asked = { ...request, target: `${target}&X-Amz-Region-Set=%2A` }
  const detail = refused(asked, 'NotImplemented', /AWS4-ECDSA-P256-SHA256 is not implemented/)
  assert.deepEqual(detail, { Header: 'X-Amz-Algorithm' })
})

test('a signature that leaves out the Host, or what an x-amz- header says, is none of this request', async () => {
  const request = await signed({ headers: { 'x-amz-meta-a': 'b' } })
  for (const name of ['host', 'x-amz-meta-a', 'x-amz-date', 'x-amz-content-sha256']) {
    const [, authorization = ''] =
      request.headers.find(([other]) => other === 'authorization') ?? []
    const shorter = authorization.replace(
      new RegExp(`(SignedHeaders=(?:[^,]*;)?)${name}(;|,)`),
      '$1$2',
    )
    assert.notEqual(shorter, authorization, name)
    const detail = refused(withHeader(request, 'authorization', shorter), 'AccessDenied')
    assert.equal(detail['HeadersNotSigned'], name)
  }
})

test('A12: a signature of any length or alphabet gets 403', async () => {
  const request = await signed({})
  const [, authorization = ''] = request.headers.find(([name]) => name === 'authorization') ?? []
  const right = authorization.slice(-64)
  const wrong = [
    '0',
    right.slice(1),
    `${right}0`,
    right + right,
    'g'.repeat(64),
    right.toUpperCase(),
  ]
  for (const signature of wrong) {
    const header = authorization.slice(0, -64) + signature
    refused(withHeader(request, 'authorization', header), 'SignatureDoesNotMatch')
  }
  const query = await signed({ presign: 60 })
  for (const signature of ['', ...wrong]) {
    const target = query.target.replace(/X-Amz-Signature=\w+/, `X-Amz-Signature=${signature}`)
    refused({ ...query, target }, 'SignatureDoesNotMatch')
  }
})

test('A14: two kinds of authorization at once', async () => {
  const header = await signed({})
  const query = await signed({ presign: 60 })
  refused(
    { ...header, target: query.target },
    'InvalidArgument',
    /^Only one auth mechanism allowed/,
  )
  refused({ ...header, target: '/b/k?AWSAccessKeyId=a&Signature=b&Expires=1' }, 'InvalidArgument')
})

test('A16: the clock and the scope of a header', async () => {
  for (const skew of [-15, 15]) ask(await signed({ date: minutes(skew) }))
  for (const skew of [-16, 16]) {
    const detail = refused(await signed({ date: minutes(skew) }), 'RequestTimeTooSkewed')
    assert.equal(detail['MaxAllowedSkewMilliseconds'], 900_000)
    assert.equal(detail['ServerTime'], '2026-11-20T12:00:00Z')
  }
  const request = await signed({})
  refused(
    withHeader(request, 'x-amz-date', '20261121T000000Z'),
    'AuthorizationHeaderMalformed',
    /Date is not the same/,
  )
  for (const date of ['', '20261320T000000Z', '2026-11-20T12:00:00Z', 'yesterday']) {
    refused(
      withHeader(request, 'x-amz-date', date),
      'AccessDenied',
      /valid Date or x-amz-date header/,
    )
  }
  refused(withHeader(request, 'x-amz-date', undefined), 'AccessDenied')
})

test('A16: a wrong region is told the right one', async () => {
  const says =
    /^The authorization header is malformed; the region 'eu-west-1' is wrong; expecting 'us-east-1'$/
  const detail = refused(
    await signed({ region: 'eu-west-1' }),
    'AuthorizationHeaderMalformed',
    says,
  )
  assert.deepEqual(detail, { Region: 'us-east-1' })
  refused(await signed({ region: 'eu-west-1', presign: 60 }), 'AuthorizationQueryParametersError')
  const request = await signed({ region: 'eu-west-1' })
  for (const regions of [['eu-west-1'], ['*']]) ask(request, realmAt(now, { regions }))
})

for (const service of ['s3tables', 'sts', 'iam', 'execute-api']) {
  test(`A22: a signature for ${service} is none for S3`, async () => {
    refused(await signed({ service }), 'AuthorizationHeaderMalformed', /incorrect service/)
    refused(await signed({ service, presign: 60 }), 'AuthorizationQueryParametersError')
  })
}

test('A18: a key that nobody made', async () => {
  const keys = { accessKeyId: 'minioadmin', secretAccessKey: 'minioadmin' }
  assert.deepEqual(refused(await signed({ keys }), 'InvalidAccessKeyId'), {
    AWSAccessKeyId: 'minioadmin',
  })
})

test('a signed header that did not arrive, or arrived otherwise, breaks the signature', async () => {
  const request = await signed({
    headers: { 'x-amz-meta-a': 'one  two', 'content-type': 'text/plain' },
  })
  ask(request)
  ask(withHeader(request, 'x-amz-meta-a', ' one two '))
  refused(withHeader(request, 'content-type', undefined), 'SignatureDoesNotMatch')
  refused(withHeader(request, 'x-amz-meta-a', 'two one'), 'SignatureDoesNotMatch')
  refused(withHeader(request, 'host', 'elsewhere'), 'SignatureDoesNotMatch')
})
