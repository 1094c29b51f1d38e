/** Preflights and shared answers of a real server, as browsers ask for them. */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { after, before, test } from 'node:test'
import { sendRequest, type Answer } from '../harness/raw.ts'
import { startServer, type TestServer } from '../harness/server.ts'
import { signedRequest } from '../harness/sign.ts'

let server: TestServer

before(async () => {
  server = await startServer()
  for (const path of ['/open', '/shut']) await signedRequest(server, { method: 'PUT', path })
  await signedRequest(server, { path: '/open/k', body: 'hello' })
  const { status } = await put(`
    <CORSRule>
      <AllowedOrigin>https://*.example</AllowedOrigin><AllowedMethod>GET</AllowedMethod>
      <AllowedMethod>PUT</AllowedMethod><AllowedHeader>content-*</AllowedHeader>
      <MaxAgeSeconds>60</MaxAgeSeconds>
    </CORSRule>
    <CORSRule>
      <AllowedOrigin>*</AllowedOrigin><AllowedMethod>HEAD</AllowedMethod>
      <ExposeHeader>x-amz-meta-a</ExposeHeader>
    </CORSRule>`)
  assert.equal(status, 200)
})

after(async () => await server.stop())

async function put(rules: string): Promise<Answer> {
  const body = `<CORSConfiguration>${rules}</CORSConfiguration>`
  const headers = { 'content-md5': createHash('md5').update(body).digest('base64') }
  return await signedRequest(server, { path: '/open', query: { cors: '' }, headers, body })
}

async function ask(
  target: string,
  headers: Readonly<Record<string, string>>,
  method = 'OPTIONS',
): Promise<Answer> {
  const fields = Object.entries({ Host: `${server.host}:${server.port}`, ...headers })
  return await sendRequest(server, { method, target, headers: fields })
}

const origin = 'https://www.example'
const announce = 'Access-Control-Request-Method'

/** What of an answer speaks to a browser. */
function sharing({ headers }: Answer): Record<string, string> {
  const names = Object.keys(headers).filter((name) => /^(access-control-.*|vary)$/.test(name))
  return Object.fromEntries(names.map((name) => [name, headers[name] ?? '']))
}

const vary = 'Origin, Access-Control-Request-Headers, Access-Control-Request-Method'

test('a preflight that a rule allows', async () => {
  const asked = { Origin: origin, [announce]: 'PUT' }
  const answer = await ask('/open/k?uploadId=u&partNumber=1', {
    ...asked,
    'Access-Control-Request-Headers': 'Content-Type, content-md5',
  })
  assert.deepEqual([answer.status, answer.body.length], [200, 0])
  const { 'access-control-expose-headers': exposed = '', ...others } = sharing(answer)
  assert.deepEqual(others, {
    'access-control-allow-origin': origin,
    'access-control-allow-methods': 'GET, PUT',
    'access-control-allow-headers': 'content-type, content-md5',
    'access-control-max-age': '60',
    'access-control-allow-credentials': 'true',
    vary,
  })
  assert.match(exposed, /^ETag, x-amz-checksum-crc32, /)
  assert.equal((await ask('/open', asked)).status, 200, 'of a bucket too')
  assert.equal((await ask('/open/missing', asked)).status, 200, 'whether or not there is an object')
})

test('a preflight that none allows', async () => {
  const refused = [
    { Origin: 'https://evil.test', [announce]: 'GET' },
    { Origin: origin, [announce]: 'DELETE' },
    { Origin: origin, [announce]: 'GET', 'Access-Control-Request-Headers': 'x-amz-date' },
  ]
  for (const headers of refused) {
    const answer = await ask('/open/k', headers)
    assert.deepEqual([answer.status, answer.code], [403, 'AccessForbidden'])
    assert.deepEqual(sharing(answer), { vary })
    assert.match(answer.text, /CORSResponse: This CORS request is not allowed\./)
    assert.match(answer.text, /<Method>(GET|DELETE)<\/Method><ResourceType>OBJECT<\/ResourceType>/)
  }
})

test('a preflight where there are no rules', async () => {
  const headers = { Origin: origin, [announce]: 'GET' }
  const shut = await ask('/shut', headers)
  assert.equal(shut.status, 403)
  assert.match(shut.text, /CORSResponse: CORS is not enabled for this bucket\.<\/Message>/)
  assert.match(shut.text, /<Method>GET<\/Method><ResourceType>BUCKET<\/ResourceType>/)
  for (const path of ['/missing/k', '/Not..A_Bucket']) {
    const missing = await ask(path, headers)
    assert.deepEqual([missing.status, missing.code], [403, 'AccessForbidden'])
    assert.match(missing.text, /CORSResponse: Bucket not found/)
  }
  assert.equal((await ask('/', headers)).code, 'AccessForbidden')
})

test('half a preflight', async () => {
  const plain = await ask('/open/k', {})
  assert.deepEqual([plain.status, plain.code], [400, 'BadRequest'])
  assert.match(plain.text, /Insufficient information\. Origin request header needed\./)
  const methodless = await ask('/open/k', { Origin: origin })
  assert.deepEqual([methodless.status, methodless.code], [400, 'BadRequest'])
  assert.match(methodless.text, /Invalid Access-Control-Request-Method: null/)
  assert.deepEqual(sharing(methodless), { vary })
})

test('answers are shared with the pages that may see them', async () => {
  const get = async (from: string, method = 'GET'): Promise<Answer> =>
    await signedRequest(server, { method, path: '/open/k', headers: { origin: from } })
  const seen = await get(origin)
  assert.deepEqual([seen.status, seen.text], [200, 'hello'])
  assert.equal(sharing(seen)['access-control-allow-origin'], origin)
  assert.match(sharing(seen)['access-control-expose-headers'] ?? '', /ETag/)
  assert.deepEqual(sharing(await get('https://evil.test', 'HEAD')), {
    'access-control-allow-origin': '*',
    'access-control-allow-methods': 'HEAD',
    'access-control-expose-headers': 'x-amz-meta-a',
    vary,
  })
  const stranger = await get('https://evil.test')
  assert.deepEqual([stranger.text, sharing(stranger)], ['hello', { vary }])
})

test('row B13: nothing is shared that no rule shares', async () => {
  const headers = { origin }
  assert.deepEqual(sharing(await signedRequest(server, { path: '/shut', headers })), {})
  assert.deepEqual(sharing(await signedRequest(server, { path: '/', headers })), {})
  for (const from of ['null', 'https://www.example.evil.test', 'HTTPS://WWW.EXAMPLE']) {
    const answer = await signedRequest(server, { path: '/open/k', headers: { origin: from } })
    assert.deepEqual(sharing(answer), { vary }, from)
  }
})

test('what a page shows is kept apart from what its script reads', async () => {
  const plain = await signedRequest(server, { path: '/open/k' })
  assert.deepEqual([plain.text, sharing(plain)], ['hello', { vary }])
  const missing = await signedRequest(server, { path: '/open/none' })
  assert.deepEqual([missing.status, sharing(missing)], [404, { vary }])
  assert.deepEqual(sharing(await signedRequest(server, { path: '/shut' })), {}, 'without rules')
  assert.deepEqual(sharing(await signedRequest(server, { path: '/' })), {})
})

test('row B13: a page of the internet is not let into a private network', async () => {
  const asked = { Origin: origin, [announce]: 'GET' }
  const answer = await ask('/open/k', {
    ...asked,
    'Access-Control-Request-Private-Network': 'true',
  })
  assert.equal(answer.status, 200)
  assert.equal(answer.headers['access-control-allow-private-network'], undefined)
  assert.deepEqual(sharing(answer), sharing(await ask('/open/k', asked)))
})

test('a page may read why it was refused', async () => {
  const unsigned = await ask('/open/k', { Origin: origin }, 'GET')
  assert.deepEqual([unsigned.status, unsigned.code], [403, 'AccessDenied'])
  assert.equal(sharing(unsigned)['access-control-allow-origin'], origin)
  const announced = await ask('/open/k', { Origin: origin, [announce]: 'GET' }, 'DELETE')
  assert.equal(sharing(announced)['access-control-allow-origin'], origin, 'the method announced')
  const missing = await signedRequest(server, { path: '/open/none', headers: { origin } })
  assert.deepEqual([missing.status, sharing(missing)['access-control-allow-origin']], [404, origin])
  const unknown = await signedRequest(server, {
    path: '/open/k',
    query: { torrent: '' },
    headers: { origin },
  })
  assert.deepEqual([unknown.status, sharing(unknown)['access-control-allow-origin']], [501, origin])
})

test('row D16: a rule cannot end a header line', async () => {
  const answer = await put(`
    <CORSRule>
      <AllowedOrigin>*</AllowedOrigin><AllowedMethod>GET</AllowedMethod>
      <ExposeHeader>a&#13;&#10;Set-Cookie: b</ExposeHeader>
    </CORSRule>`)
  assert.deepEqual([answer.status, answer.code], [400, 'InvalidRequest'])
})
