/** What every answer bears, whoever gives it: its names, twice where it is a document, and no body where HEAD asked. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { sendRaw, type Answer } from '../harness/raw.ts'
import { startServer, type TestServer } from '../harness/server.ts'
import { signedRequest, type RequestPlan } from '../harness/sign.ts'

let server: TestServer

before(async () => {
  server = await startServer()
  await signedRequest(server, { method: 'PUT', path: '/answers' })
  await signedRequest(server, { path: '/answers/k', body: 'bytes' })
})
after(() => server.stop())

const object = '/answers/k'
const planned: ReadonlyArray<readonly [number, RequestPlan]> = [
  [200, { path: object }],
  [200, { method: 'HEAD', path: object }],
  [206, { path: object, headers: { range: 'bytes=0-1' } }],
  [204, { method: 'DELETE', path: '/answers/none' }],
  [304, { path: object, headers: { 'if-none-match': '*' } }],
  [400, { path: '/A' }],
  [400, { path: object, region: 'elsewhere' }],
  [403, { path: object, keys: { accessKeyId: 'nobody', secretAccessKey: 'x' } }],
  [404, { path: '/answers/none' }],
  [405, { method: 'POST', path: object }],
  [409, { method: 'DELETE', path: '/answers' }],
  [412, { path: object, headers: { 'if-match': '"x"' } }],
  [416, { path: object, headers: { range: 'bytes=9-' } }],
  [501, { path: object, query: { torrent: '' } }],
]

for (const [status, plan] of planned) {
  const what = `${plan.method ?? (plan.body ? 'PUT' : 'GET')} ${plan.path}`
  test(`${status} to ${what}`, async () => {
    named(await signedRequest(server, plan), status)
  })
}

const host = 'Host: x\r\n'
const raw: ReadonlyArray<readonly [number, string]> = [
  [200, `GET /-/live HTTP/1.1\r\n${host}\r\n`],
  [403, `GET /answers HTTP/1.1\r\n${host}\r\n`],
  [
    403,
    `OPTIONS /answers HTTP/1.1\r\n${host}Origin: http://o\r\nAccess-Control-Request-Method: GET\r\n\r\n`,
  ],
  [400, `GET /%zz HTTP/1.1\r\n${host}\r\n`],
  [400, 'NONSENSE\r\n\r\n'],
  [403, `PUT /answers/k HTTP/1.1\r\n${host}Expect: 200-ok\r\nContent-Length: 1\r\n\r\n`],
  [501, `POST /identity/token HTTP/1.1\r\n${host}Content-Length: 0\r\n\r\n`],
]

for (const [status, bytes] of raw) {
  test(`${status} to ${bytes.slice(0, bytes.indexOf(' HTTP'))}`, async () => {
    named(await sendRaw(server, bytes), status)
  })
}

function named({ status, headers, text }: Answer, expected: number): void {
  assert.equal(status, expected, text)
  const { 'x-amz-request-id': id = '', 'x-amz-id-2': hostId = '' } = headers
  assert.match(id, /^[0-9A-F]{16}$/)
  assert.match(hostId, /^[\w+/]{50,}=*$/)
  assert.equal(headers['location'], undefined)
  if (!text.startsWith('<?xml') || !text.includes('<Error>')) return
  assert.ok(text.includes(`<RequestId>${id}</RequestId><HostId>${hostId}</HostId></Error>`))
}

test('HEAD has the head of the same error, and nothing after it', async () => {
  const plans: readonly RequestPlan[] = [
    { path: '/answers/none' },
    { path: '/missing/k' },
    { path: object, region: 'elsewhere' },
    { path: object, headers: { 'if-match': '"x"' } },
    { path: object, headers: { range: 'bytes=9-' } },
    { path: object, keys: { accessKeyId: 'nobody', secretAccessKey: 'x' } },
  ]
  for (const plan of plans) {
    const whole = await signedRequest(server, plan)
    const head = await signedRequest(server, { ...plan, method: 'HEAD' })
    assert.deepEqual([head.status, head.body.length], [whole.status, 0])
    const names = ['content-type', 'x-amz-bucket-region', 'content-range', 'server']
    for (const name of names) assert.equal(head.headers[name], whole.headers[name], name)
  }
})
