/** Those without credentials: what they may learn, what they may not ask, and who is never taken for one of them. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { formRequest, type Field } from '../harness/form.ts'
import { sendRequest, type Answer } from '../harness/raw.ts'
import { signRequest, withHeader } from '../harness/sign.ts'
import { openPeople, type People } from './people.ts'

let people: People
before(async () => {
  people = await openPeople()
  const make = async (bucket: string, acl: string): Promise<unknown> =>
    await people.must('owner', {
      method: 'PUT',
      path: `/${bucket}`,
      headers: { 'x-amz-acl': acl },
    })
  await make('closed', 'private')
  await make('listed', 'public-read')
  await make('written', 'public-read-write')
  for (const bucket of ['closed', 'listed']) {
    const shown = { path: `/${bucket}/shown`, headers: { 'x-amz-acl': 'public-read' } }
    await people.must('owner', { ...shown, body: '<p>' })
    await people.must('owner', { path: `/${bucket}/hidden`, body: 'secret' })
  }
})
after(async () => await people[Symbol.asyncDispose]())

/** An answer without what differs from request to request. */
function lasting({ status, headers, text }: Answer): unknown {
  const volatile = /<(RequestId|HostId|Resource)>[^<]*<\/\1>/g
  const { date, 'x-amz-request-id': _, 'x-amz-id-2': __, ...others } = headers
  assert.ok(date)
  return [status, others, text.replaceAll(volatile, '')]
}

test('whether a key is there is known to those who may list the bucket', async () => {
  for (const who of ['other', 'anonymous'] as const) {
    for (const query of [{}, { versionId: 'null' }]) {
      const missing = query.versionId === undefined ? 'NoSuchKey' : 'NoSuchVersion'
      const asked = async (path: string): Promise<Answer> => await people.ask(who, { path, query })
      assert.equal((await asked('/closed/none')).code, 'AccessDenied')
      assert.equal((await asked('/listed/none')).code, missing)
      assert.equal((await asked('/listed/shown')).status, 200)
    }
    assert.equal((await people.ask(who, { method: 'HEAD', path: '/closed/none' })).status, 403)
    assert.equal((await people.ask(who, { method: 'HEAD', path: '/listed/none' })).status, 404)
  }
})

test('A21: a condition tells nothing of what may not be read', async () => {
  const { headers } = await people.must('owner', { path: '/closed/hidden' })
  const conditions: ReadonlyArray<Record<string, string>> = [
    {},
    { 'If-None-Match': headers['etag'] ?? '' },
    { 'If-None-Match': '*' },
    { 'If-Match': '"no"' },
    { 'If-Modified-Since': headers['last-modified'] ?? '' },
    { 'If-Unmodified-Since': 'Mon, 01 Jan 2001 00:00:00 GMT' },
    { Range: 'bytes=100-' },
  ]
  for (const method of ['GET', 'HEAD']) {
    const plans = ['hidden', 'absent'].flatMap((key) =>
      conditions.map((condition) => ({ method, path: `/closed/${key}`, headers: condition })),
    )
    const answers = await Promise.all(plans.map((plan) => people.ask('anonymous', plan)))
    for (const answer of answers) assert.equal(answer.status, 403)
    assert.equal(new Set(answers.map((answer) => JSON.stringify(lasting(answer)))).size, 1)
  }
})

test('B13: an answer’s headers are not for the anonymous to choose', async () => {
  const words = ['cache-control', 'content-disposition', 'content-encoding', 'content-language']
  for (const word of [...words, 'content-type', 'expires']) {
    const query = { [`response-${word}`]: 'text/html' }
    for (const path of ['/listed/shown', '/closed/hidden', '/closed/none', '/no-such-bucket/k']) {
      const answer = await people.ask('anonymous', { path, query })
      assert.equal(answer.code, 'InvalidRequest', answer.text)
      assert.match(answer.text, /response headers cannot be used for anonymous GET requests\./)
    }
    const signed = { path: '/listed/shown', query, presign: 60 }
    assert.equal((await people.ask('other', signed)).status, 200)
  }
})

test('a proof that fails is refused, also where no proof is needed', async () => {
  const path = '/listed/shown'
  const server = { ...people.server, keys: people.keys.other }
  const wrong = { ...server, keys: { ...server.keys, secretAccessKey: 'another-secret' } }
  const unknown = { ...server, keys: { ...server.keys, accessKeyId: 'NOBODYSKEY' } }
  const code = async (request: Awaited<ReturnType<typeof signRequest>>): Promise<unknown> =>
    (await sendRequest(people.server, request)).code
  assert.equal(await code(await signRequest(server, { path })), undefined, 'the control')
  assert.equal(await code(await signRequest(wrong, { path })), 'SignatureDoesNotMatch')
  assert.equal(await code(await signRequest(unknown, { path })), 'InvalidAccessKeyId')
  const presigned = await signRequest(wrong, { path, presign: 60 })
  assert.equal(await code(presigned), 'SignatureDoesNotMatch')
  const late = await signRequest(server, { path, presign: 60, date: new Date(Date.now() - 9e5) })
  assert.equal(await code(late), 'AccessDenied')
  const plain = withHeader(await signRequest(server, { path }), 'authorization', undefined)
  assert.equal(await code(plain), undefined, 'the second control')
  for (const text of ['', 'AWS', 'Basic YTpi', 'AWS a:b', 'Bearer x']) {
    assert.notEqual(await code(withHeader(plain, 'authorization', text)), undefined, text)
  }
  for (const query of [
    'X-Amz-Signature=a',
    'X-Amz-Expires=1',
    'AWSAccessKeyId=a',
    'Signature=a&Expires=1',
  ]) {
    assert.notEqual(await code({ ...plain, target: `${path}?${query}` }), undefined, query)
  }
})

test('a hash of the body that somebody sends unasked is held to', async () => {
  const put = async (hash: string): Promise<Answer> =>
    await people.ask('anonymous', {
      path: '/written/hashed',
      body: 'bytes',
      headers: { 'x-amz-content-sha256': hash },
    })
  assert.equal((await put('0'.repeat(64))).code, 'XAmzContentSHA256Mismatch')
  assert.equal((await put('STREAMING-AWS4-HMAC-SHA256-PAYLOAD')).code, 'InvalidRequest')
  assert.equal((await put('UNSIGNED-PAYLOAD')).status, 200)
})

test('what they write is everybody’s, and the bucket’s owner can remove it', async () => {
  await people.must('anonymous', { path: '/written/left', body: 'here' })
  const acl = await people.must('anonymous', { path: '/written/left', query: { acl: '' } })
  assert.match(acl.text, /<Owner><ID>65a011a29cdf8ec533ec3d1ccaae921c<\/ID><\/Owner>/)
  assert.equal((await people.ask('anonymous', { path: '/written/left' })).text, 'here')
  assert.equal((await people.ask('owner', { path: '/written/left' })).code, 'AccessDenied')
  const block =
    '<PublicAccessBlockConfiguration><IgnorePublicAcls>true</IgnorePublicAcls></PublicAccessBlockConfiguration>'
  const setting = { path: '/written', query: { publicAccessBlock: '' } }
  await people.must('owner', { ...setting, body: block })
  assert.equal((await people.ask('anonymous', { path: '/written/left' })).code, 'AccessDenied')
  await people.must('owner', { ...setting, method: 'DELETE' })
  await people.must('owner', { method: 'DELETE', path: '/written/left' })
})

test('they begin no uploads and copy nothing', async () => {
  const said = async (plan: Parameters<People['ask']>[1]): Promise<string> => {
    const { code, text } = await people.ask('anonymous', plan)
    assert.equal(code, 'AccessDenied', text)
    return text
  }
  const begin = { method: 'POST', path: '/written/k', query: { uploads: '' } }
  assert.match(await said(begin), /Anonymous users cannot initiate multipart uploads/)
  const headers = { 'x-amz-copy-source': '/listed/shown' }
  const copy = { method: 'PUT', path: '/written/k', headers }
  assert.match(await said(copy), /Anonymous users cannot copy objects/)
})

test('a form that nobody signed is taken where everybody may write, with its ACL', async () => {
  const post = async (bucket: string, fields: readonly Field[]): Promise<Answer> =>
    await sendRequest(
      people.server,
      formRequest({ path: `/${bucket}`, host: 'localhost', fields, file: { bytes: 'posted' } }),
    )
  const key: Field = ['key', 'form']
  assert.equal((await post('listed', [key])).code, 'AccessDenied')
  assert.equal((await post('written', [key, ['acl', 'public-read']])).status, 204)
  assert.equal((await people.ask('other', { path: '/written/form' })).text, 'posted')
  assert.equal((await post('written', [key, ['policy', 'e30=']])).code, 'InvalidArgument')
  assert.equal((await post('written', [key, ['acl', 'none']])).code, 'InvalidArgument')
})
