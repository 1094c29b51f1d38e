/** Forgeries against a running server: each is refused with its code, changes nothing, and leaves the server answering. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { RawConnection, requestBytes, type Answer, type WireRequest } from '../harness/raw.ts'
import {
  payloadForms,
  signedRequest,
  signRequest,
  withHeader,
  type RequestPlan,
} from '../harness/sign.ts'
import { startServer, type TestServer } from '../harness/server.ts'

const path = '/forgeries/object'
const old = 'what was there before'
const data = 'a'.repeat(100_000)
const trailer = ['x-amz-checksum-crc32', '3K3bbw=='] as const

let server: TestServer

before(async () => {
  server = await startServer()
  await ask({ method: 'PUT', path: '/forgeries' })
  await ask({ path, body: old })
})

after(async () => await server.stop())

async function ask(plan: RequestPlan): Promise<Answer> {
  return await signedRequest(server, plan)
}

function forge(request: WireRequest): WireRequest {
  const [, authorization = ''] = request.headers.find(([name]) => name === 'authorization') ?? []
  const last = authorization.endsWith('0') ? '1' : '0'
  return withHeader(request, 'authorization', authorization.slice(0, -1) + last)
}

function twice(name: string): (request: WireRequest) => WireRequest {
  return (request) => ({
    ...request,
    headers: [...request.headers, ...request.headers.filter(([other]) => other === name)],
  })
}

/** The first place in the body that holds `what`, changed. */
function tampered(what: string, by: string): (request: WireRequest) => WireRequest {
  return (request) => {
    const text = Buffer.from(request.body ?? []).toString('latin1')
    return { ...request, body: Buffer.from(text.replace(what, by), 'latin1') }
  }
}

const put = { path, body: data }
const streamed = { ...put, payload: 'streaming' } as const
const trailed = { ...put, payload: 'streaming-trailer', trailer } as const
const loose = { ...put, payload: 'streaming-unsigned-trailer', trailer } as const

const refusals: Array<[string, RequestPlan, number, string]> = [
  ...payloadForms.map((payload): [string, RequestPlan, number, string] => [
    `A01, A05: forged, ${payload}`,
    { ...put, payload, alter: forge },
    403,
    'SignatureDoesNotMatch',
  ]),
  [
    'A06: a changed chunk',
    { ...streamed, alter: tampered('\r\naaa', '\r\naab') },
    403,
    'SignatureDoesNotMatch',
  ],
  [
    'A07: a changed trailer',
    { ...trailed, alter: tampered('3K3b', '3K3c') },
    403,
    'SignatureDoesNotMatch',
  ],
  ['A07: a wrong trailer', loose, 400, 'BadDigest'],
  [
    'A07: no trailer',
    { ...loose, alter: tampered(trailer.join(':'), '\n'.repeat(29)) },
    400,
    'MalformedTrailerError',
  ],
  [
    'A08: an unsigned header',
    { ...put, presign: 60, alter: (r) => withHeader(r, 'x-amz-tagging', 'a=b') },
    403,
    'AccessDenied',
  ],
  [
    'A17: another body',
    { ...put, alter: (r) => ({ ...r, body: Buffer.from(data.replace('a', 'b')) }) },
    400,
    'XAmzContentSHA256Mismatch',
  ],
  [
    'anonymous',
    { ...put, alter: (r) => withHeader(r, 'authorization', undefined) },
    403,
    'AccessDenied',
  ],
  ['D03: two Host', { ...put, alter: twice('host') }, 400, 'InvalidRequest'],
  ['D04: two Authorization', { ...put, alter: twice('authorization') }, 400, 'InvalidArgument'],
  ['D04: two x-amz-date', { ...put, alter: twice('x-amz-date') }, 400, 'InvalidArgument'],
  [
    'D05: an absolute target',
    { ...put, alter: (r) => ({ ...r, target: `http://evil${r.target}` }) },
    400,
    'InvalidURI',
  ],
  ['row 11: chunks of HTTP alone', { ...put, httpChunked: true }, 501, 'NotImplemented'],
  [
    'row 9: no length',
    {
      ...put,
      alter: (r) => ({ ...withHeader(r, 'content-length', undefined), body: Buffer.alloc(0) }),
    },
    411,
    'MissingContentLength',
  ],
]

for (const [name, plan, status, code] of refusals) {
  test(name, async () => {
    const answer = await ask(plan)
    assert.deepEqual([answer.status, answer.code], [status, code], answer.text)
    assert.equal((await ask({ path })).text, old)
  })
}

for (const payload of payloadForms) {
  test(`the same without the forgery, ${payload}, in both framings`, async () => {
    for (const httpChunked of payload === 'sha256' ? [false] : [false, true]) {
      const written = await ask({ path: '/forgeries/good', body: data, payload, httpChunked })
      assert.equal(written.status, 200, written.text)
      assert.equal((await ask({ path: '/forgeries/good' })).text, data)
    }
  })
}

test('A01: a forged UploadPart leaves no part', async () => {
  const created = await ask({ method: 'POST', path, query: { uploads: '' } })
  const uploadId = /<UploadId>([^<]+)</.exec(created.text)?.[1] ?? ''
  const query = { partNumber: '1', uploadId }
  const forged = await ask({ ...loose, query, alter: forge })
  assert.equal(forged.code, 'SignatureDoesNotMatch')
  const listed = await ask({ path, query: { uploadId } })
  assert.equal(listed.status, 200)
  assert.doesNotMatch(listed.text, /<Part>/)
  assert.equal((await ask({ path, body: data, query })).status, 200)
})

test('row 12: a client that leaves in the middle of its body', async () => {
  await using connection = await RawConnection.open(server)
  const bytes = requestBytes(await signRequest(server, put))
  connection.send(bytes.subarray(0, -10))
  connection.finish()
  assert.equal((await connection.answer('PUT')).code, 'IncompleteBody')
  assert.equal((await ask({ path })).text, old)
})

test('row 40: a body that is refused is never asked for', async () => {
  const plan = { ...put, headers: { expect: '100-continue' } }
  for (const [request, interim, status] of [
    [await signRequest(server, { ...plan, path: '/forgeries/expected' }), [100], 200],
    [await signRequest(server, { ...plan, alter: forge }), [], 403],
  ] as const) {
    await using connection = await RawConnection.open(server)
    const bytes = requestBytes(request)
    const head = bytes.length - data.length
    connection.send(bytes.subarray(0, head))
    if (status === 200) {
      await connection.continued()
      connection.send(bytes.subarray(head))
    }
    const answer = await connection.answer('PUT')
    assert.deepEqual([answer.status, answer.interim], [status, interim])
  }
})
