/** The line of a whole server: who is let in, to whose buckets, and what a request may look like. */
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { request } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { writeCertificate } from '../clients/certificate.ts'
import { randomKeys, startServer, type TestServer } from '../harness/server.ts'
import { sendRaw } from '../harness/raw.ts'
import { signedRequest, signRequest, type Keys } from '../harness/sign.ts'
import { until } from '../harness/until.ts'

let folder = ''
let server: TestServer
const guest = randomKeys()
const temporary: Keys = { ...randomKeys(), sessionToken: 'token-of-an-hour' }

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ashlar-gateway-'))
  const accounts = join(folder, 'accounts.json')
  const account = {
    canonicalId: randomBytes(32).toString('hex'),
    accountId: '123456789012',
    displayName: 'guest',
    email: 'guest@example.com',
    keys: [guest, temporary],
  }
  await writeFile(accounts, JSON.stringify({ accounts: [account] }))
  server = await startServer({ accounts, env: { ASHLAR_LOG_LEVEL: 'info' } })
  await signedRequest(server, { method: 'PUT', path: '/roots' })
  await signedRequest(server, { path: '/roots/k', body: 'secret' })
  await signedRequest(server, { method: 'PUT', path: '/guests', keys: guest })
})
after(async () => {
  await server.stop()
  await rm(folder, { recursive: true, force: true })
})

test('row 43: a bucket of another account is AccessDenied for every operation, and the status alone for HEAD', async () => {
  const asked = [
    { path: '/roots' },
    { path: '/roots', query: { location: '' } },
    { path: '/roots/k' },
    { path: '/roots/new', body: 'x' },
    { method: 'DELETE', path: '/roots/k' },
    { method: 'DELETE', path: '/roots' },
    { method: 'POST', path: '/roots/k', query: { uploads: '' } },
    { path: '/roots', query: { uploads: '' } },
  ]
  for (const plan of asked) {
    const answer = await signedRequest(server, { ...plan, keys: guest })
    assert.deepEqual([answer.status, answer.code], [403, 'AccessDenied'], JSON.stringify(plan))
  }
  const head = await signedRequest(server, { method: 'HEAD', path: '/roots/k', keys: guest })
  assert.deepEqual([head.status, head.body.length], [403, 0])
  assert.equal((await signedRequest(server, { path: '/roots/k' })).text, 'secret')
})

test('B01: neither a copy nor a copied part reads from a bucket of another account', async () => {
  const headers = { 'x-amz-copy-source': '/roots/k' }
  const copy = await signedRequest(server, {
    method: 'PUT',
    path: '/guests/k',
    headers,
    keys: guest,
  })
  assert.equal(copy.code, 'AccessDenied')
})

test('each account lists its own buckets, with a temporary key too', async () => {
  assert.match((await signedRequest(server, {})).text, /<Name>roots<\/Name>/)
  for (const keys of [guest, temporary]) {
    const listed = await signedRequest(server, { keys })
    assert.match(listed.text, /<Name>guests<\/Name>/)
    assert.doesNotMatch(listed.text, /roots/)
  }
})

test('a bucket name belongs to one account, whoever asks for it next', async () => {
  const answer = await signedRequest(server, { method: 'PUT', path: '/roots', keys: guest })
  assert.deepEqual([answer.status, answer.code], [409, 'BucketAlreadyExists'])
})

test('row 43: what cannot be, or is not there', async () => {
  const missing = await signedRequest(server, { path: '/missing/k' })
  assert.deepEqual([missing.status, missing.code], [404, 'NoSuchBucket'])
  assert.match(missing.text, /<BucketName>missing<\/BucketName>/)
  for (const path of ['/A', '/..', '/.', '/192.168.1.1', '/-']) {
    const answer = await signedRequest(server, { path })
    assert.equal(answer.code, 'InvalidBucketName', path)
  }
})

test('an operation that is not offered is refused by name, to those who may ask at all', async () => {
  const plan = { path: '/roots/k', query: { torrent: '' } }
  const answer = await signedRequest(server, plan)
  assert.deepEqual([answer.status, answer.code], [501, 'NotImplemented'])
  assert.equal((await signedRequest(server, { ...plan, keys: guest })).code, 'AccessDenied')
})

test('the anonymous learn of a bucket what S3 tells them: whether there is one', async () => {
  const asked = async (path: string): Promise<unknown> =>
    (await sendRaw(server, `GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`)).code
  assert.equal(await asked('/'), 'AccessDenied')
  assert.equal(await asked('/roots/k'), 'AccessDenied')
  assert.equal(await asked('/roots/none'), 'AccessDenied')
  assert.equal(await asked('/missing/k'), 'NoSuchBucket')
})

const host = 'Host: x\r\n'

test('D02 to D08: requests that two readers could read in two ways are 400', async () => {
  const chunks = '3\r\nabc\r\n0\r\n\r\n'
  const cases: ReadonlyArray<readonly [string, string, string]> = [
    [
      'D02',
      `PUT /b/k HTTP/1.1\r\n${host}Transfer-Encoding: identity, chunked\r\n\r\n${chunks}`,
      'InvalidRequest',
    ],
    ['D03', `GET / HTTP/1.1\r\n${host}${host}\r\n`, 'InvalidRequest'],
    [
      'D04',
      `GET / HTTP/1.1\r\n${host}Authorization: a\r\nAuthorization: b\r\n\r\n`,
      'InvalidArgument',
    ],
    ['D04', `GET / HTTP/1.1\r\n${host}x-amz-date: a\r\nx-amz-date: b\r\n\r\n`, 'InvalidArgument'],
    ['D04', `GET / HTTP/1.1\r\n${host}Content-MD5: a\r\nContent-MD5: b\r\n\r\n`, 'InvalidArgument'],
    ['D05', `GET http://evil/x HTTP/1.1\r\n${host}\r\n`, 'InvalidURI'],
    ['D05', `GET /b/k#frag HTTP/1.1\r\n${host}\r\n`, 'InvalidURI'],
    [
      'D06',
      `GET / HTTP/1.1\r\n${host}${'a: b\r\n'.repeat(2000)}\r\n`,
      'RequestHeaderSectionTooLarge',
    ],
    [
      'D07',
      `GET / HTTP/1.1\r\n${host}a: ${'b'.repeat(9000)}\r\n\r\n`,
      'RequestHeaderSectionTooLarge',
    ],
    [
      'D08',
      `PUT /b/k HTTP/1.0\r\n${host}Transfer-Encoding: chunked\r\n\r\n${chunks}`,
      'InvalidRequest',
    ],
    ['D08', 'GET / HTTP/1.0\r\n\r\n', 'InvalidRequest'],
    ['D08', 'GET / HTTP/1.1\r\n\r\n', 'InvalidRequest'],
  ]
  for (const [row, bytes, code] of cases) {
    const answer = await sendRaw(server, bytes)
    assert.equal(answer.status, 400, `${row} ${answer.text}`)
    assert.ok([code, 'BadRequest'].includes(answer.code ?? ''), `${row} ${answer.text}`)
  }
})

test('row 9: a part without any length is MissingContentLength', async () => {
  const wire = await signRequest(server, { method: 'PUT', path: '/roots/k', payload: 'unsigned' })
  const lines = wire.headers.map(([name, value]) => `${name}: ${value}\r\n`).join('')
  const answer = await sendRaw(server, `PUT ${wire.target} HTTP/1.1\r\n${lines}\r\n`, 'PUT')
  assert.deepEqual([answer.status, answer.code], [411, 'MissingContentLength'])
})

test('the ids in an error are those of its headers, and its log line has them and no secret', async () => {
  const answer = await signedRequest(server, { path: '/missing/k' })
  const { 'x-amz-request-id': id = '', 'x-amz-id-2': hostId = '' } = answer.headers
  assert.ok(answer.text.includes(`<RequestId>${id}</RequestId><HostId>${hostId}</HostId>`))
  // Whole once the end of the line is there.
  const lineOf = (): string | undefined =>
    server
      .log()
      .split('\n')
      .slice(0, -1)
      .find((text) => text.includes(id))
  assert.ok(await until(() => lineOf() !== undefined))
  const line = lineOf() ?? '{}'
  const { op, bucket, key, code, status } = JSON.parse(line) as Record<string, unknown>
  assert.deepEqual(
    [op, bucket, key, code, status],
    ['GetObject', 'missing', 'k', 'NoSuchBucket', 404],
  )
  for (const secret of [server.keys.secretAccessKey, guest.secretAccessKey, 'token-of-an-hour']) {
    assert.ok(!server.log().includes(secret))
  }
})

test('the server speaks TLS with the certificate that it is given', async () => {
  const tls = await writeCertificate(folder, ['localhost'])
  await using secure = await startServer({ tls })
  assert.match(secure.endpoint, /^https:/)
  const status = await new Promise<number | undefined>((resolve, reject) => {
    request(`${secure.endpoint}/-/ready`, { rejectUnauthorized: false }, (answer) => {
      answer.resume()
      resolve(answer.statusCode)
    })
      .on('error', reject)
      .end()
  })
  assert.equal(status, 200)
})
