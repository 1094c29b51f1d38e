/** `POST /identity/token` as IBM's IAM answers it, and what becomes of the path where nobody offers tokens. */
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { sendRequest, type Answer } from '../harness/raw.ts'
import { startServer, type TestServer } from '../harness/server.ts'
import { signedRequest } from '../harness/sign.ts'

let folder = ''
let server: TestServer
let without: TestServer
const apiKey = randomBytes(24).toString('base64url')
const grantType = 'urn:ibm:params:oauth:grant-type:apikey'

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ashlar-tokens-'))
  const accounts = join(folder, 'accounts.json')
  const account = {
    canonicalId: randomBytes(32).toString('hex'),
    accountId: '123456789012',
    displayName: 'cos',
    keys: [],
    apiKeys: [{ id: 'ApiKey-cos', apiKey }],
  }
  await writeFile(accounts, JSON.stringify({ accounts: [account] }))
  const env = { ASHLAR_LOG_LEVEL: 'info' }
  server = await startServer({ accounts, args: ['--token-service'], env })
  without = await startServer({ accounts })
})

after(async () => {
  await server.stop()
  await without.stop()
  await rm(folder, { recursive: true, force: true })
})

const formType = 'application/x-www-form-urlencoded'

async function post(
  to: TestServer,
  form: Record<string, string>,
  type = formType,
): Promise<Answer> {
  const body = Buffer.from(new URLSearchParams(form).toString())
  const headers = [
    ['Host', `${to.host}:${to.port}`],
    ['Authorization', 'Basic Yng6Yng='],
    ['Content-Type', type],
    ['Content-Length', String(body.length)],
  ] as const
  return await sendRequest(to, { method: 'POST', target: '/identity/token', headers, body })
}

interface Granted {
  readonly access_token: string
  readonly refresh_token: string
  readonly [name: string]: unknown
}

async function granted(form: Record<string, string>): Promise<Granted> {
  const answer = await post(server, form)
  assert.equal(answer.status, 200, answer.text)
  assert.equal(answer.headers['content-type'], 'application/json')
  assert.equal(answer.headers['cache-control'], 'no-store')
  return JSON.parse(answer.text) as Granted
}

async function bringing(token: string, method: string, target: string): Promise<Answer> {
  const headers = [
    ['Host', `${server.host}:${server.port}`],
    ['Authorization', `Bearer ${token}`],
    ['Content-Length', '0'],
  ] as const
  return await sendRequest(server, { method, target, headers })
}

test('an API key gets a token, the token its account, the refresh token another one', async () => {
  const first = await granted({ grant_type: grantType, response_type: 'cloud_iam', apikey: apiKey })
  assert.equal(first['token_type'], 'Bearer')
  assert.equal(first['expires_in'], 3600)
  assert.ok(Math.abs(Number(first['expiration']) - Date.now() / 1000 - 3600) < 60)
  assert.equal((await bringing(first.access_token, 'PUT', '/tokens')).status, 200)
  const form = { grant_type: 'refresh_token', refresh_token: first.refresh_token }
  const second = await granted(form)
  assert.equal((await bringing(second.access_token, 'HEAD', '/tokens')).status, 200)
  const roots = await signedRequest(server, { path: '/tokens' })
  assert.deepEqual([roots.status, roots.code], [403, 'AccessDenied'])
})

test("what is not granted is told in IBM's words", async () => {
  const cases: ReadonlyArray<readonly [Record<string, string>, string]> = [
    [{ grant_type: grantType, apikey: `${apiKey}x` }, 'BXNIM0415E'],
    [{ grant_type: grantType }, 'BXNIM0109E'],
    [{}, 'BXNIM0109E'],
    [{ grant_type: 'password', apikey: apiKey }, 'BXNIM0108E'],
    [{ grant_type: 'refresh_token' }, 'BXNIM0109E'],
    [{ grant_type: 'refresh_token', refresh_token: 'none' }, 'BXNIM0407E'],
  ]
  for (const [form, expected] of cases) {
    const answer = await post(server, form)
    assert.equal(answer.status, 400)
    const { errorCode, context } = JSON.parse(answer.text) as Record<string, unknown>
    assert.equal(errorCode, expected)
    assert.deepEqual(context, { requestId: answer.headers['x-amz-request-id'] })
  }
  assert.match(
    (await post(server, { grant_type: grantType, apikey: 'x' })).text,
    /Provided API key could not be found/,
  )
  assert.equal((await post(server, {}, 'application/json')).status, 415)
  const large = await post(server, { grant_type: grantType, apikey: 'x'.repeat(20_000) })
  assert.equal(large.status, 413)
})

test("what a token may not is told in S3's words, and a token outlives the process", async () => {
  const { access_token: token } = await granted({ grant_type: grantType, apikey: apiKey })
  const forged = await bringing(`${token.slice(0, -2)}xx`, 'GET', '/')
  assert.deepEqual([forged.status, forged.code], [400, 'InvalidToken'])
  await server.restart()
  assert.equal((await bringing(token, 'GET', '/')).status, 200)
  assert.equal((await stat(join(server.dataDir, 'token-key'))).mode & 0o777, 0o600)
})

test('where the service is off its path is refused by name, and a bucket of that name is a bucket', async () => {
  const answer = await post(without, { grant_type: grantType, apikey: apiKey })
  assert.deepEqual([answer.status, answer.code], [501, 'NotImplemented'])
  assert.match(answer.text, /--token-service/)
  for (const one of [without, server]) {
    assert.equal((await signedRequest(one, { method: 'PUT', path: '/identity' })).status, 200)
    const path = '/identity/token'
    assert.equal((await signedRequest(one, { path, body: 'bytes' })).status, 200)
    assert.equal((await signedRequest(one, { path })).text, 'bytes')
    const uploads = await signedRequest(one, { method: 'POST', path, query: { uploads: '' } })
    assert.match(uploads.text, /<UploadId>/)
  }
  const { access_token: token } = await granted({ grant_type: grantType, apikey: apiKey })
  const headers = [
    ['Host', 'x'],
    ['Authorization', `Bearer ${token}`],
  ] as const
  const off = await sendRequest(without, { method: 'GET', target: '/', headers })
  assert.deepEqual([off.status, off.code], [400, 'InvalidRequest'])
})

test('E15: neither API key nor token enters the log', async () => {
  const { access_token: token, refresh_token: refresh } = await granted({
    grant_type: grantType,
    apikey: apiKey,
  })
  assert.equal((await bringing(token, 'GET', '/')).status, 200)
  assert.equal((await bringing(`${token}x`, 'GET', '/')).status, 400)
  await server.restart()
  const log = server.log()
  assert.match(log, /"accessKey":"ApiKey-cos"/)
  for (const secret of [apiKey, token, refresh]) assert.ok(!log.includes(secret))
})
