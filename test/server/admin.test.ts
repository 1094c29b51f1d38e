/** The operators' port: what it answers and to whom, that neither port does the other's work, and what is refused at the start. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import type { IncomingMessage } from 'node:http'
import { get } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { after, test } from 'node:test'
import { systemChance } from '../../src/base/chance.ts'
import { systemClock } from '../../src/base/clock.ts'
import { listenAdmin } from '../../src/server/admin-listener.ts'
import { readConfig, type Config, type Flags } from '../../src/server/config.ts'
import { ConfigError } from '../../src/server/config-error.ts'
import type { Readiness } from '../../src/server/health.ts'
import { listen } from '../../src/server/listener.ts'
import { timings } from '../../src/server/timings.ts'
import { writeCertificate } from '../clients/certificate.ts'
import { RawConnection, requestBytes, sendRaw } from '../harness/raw.ts'
import { startServer, type TestServer } from '../harness/server.ts'
import { signedRequest, signRequest } from '../harness/sign.ts'
import { until } from '../harness/until.ts'
import { scrape } from './scrape.ts'

const folder = mkdtempSync(join(tmpdir(), 'ashlar-admin-'))
after(() => rmSync(folder, { recursive: true, force: true }))

const token = Buffer.from(systemChance.bytes(24)).toString('base64url')

function tokenFile(content: string, mode = 0o600): string {
  const path = join(folder, 'token')
  writeFileSync(path, content)
  chmodSync(path, mode)
  return path
}

const args = ['--admin', '127.0.0.1:0']

function portOf({ adminEndpoint }: TestServer): number {
  return Number(new URL(adminEndpoint ?? '').port)
}

test('the operators port speaks no S3, and the S3 port knows no metrics', async () => {
  await using server = await startServer({ args })
  await signedRequest(server, { method: 'PUT', path: '/metrics' })
  await signedRequest(server, { path: '/metrics/object', body: 'hello' })
  const admin = { ...server, port: portOf(server) }
  for (const [plan, status] of [
    [{ path: '/metrics/object' }, 404],
    [{ path: '/' }, 404],
    [{ path: '/metrics/other', body: 'x' }, 405],
    [{ path: '/metrics/object', method: 'DELETE' }, 405],
    [{ path: '/metrics', method: 'POST' }, 405],
    [{ path: '/-/capabilities' }, 404],
    [{ path: '//metrics' }, 404],
  ] as const) {
    const answer = await signedRequest(admin, plan)
    assert.deepEqual([answer.status, answer.code], [status, undefined], plan.path)
    assert.doesNotMatch(answer.text, /hello|ashlar_/)
  }
  // To S3 it is a bucket like any other.
  const listed = await signedRequest(server, { path: '/metrics' })
  assert.match(listed.text, /<Name>metrics<\/Name>/)
  const unsigned = await fetch(`${server.endpoint}/metrics`)
  assert.equal(unsigned.status, 403)
  const reserved = await fetch(`${server.endpoint}/-/metrics`)
  assert.ok(reserved.status >= 400)
  for (const answer of [unsigned, reserved]) {
    assert.doesNotMatch(await answer.text(), /ashlar_http/)
  }
})

test('HEAD says what GET would, a query is no other path, and health is said without the token', async () => {
  const file = tokenFile(`${token}\n`)
  await using server = await startServer({
    args: [...args, '--metrics-token-file', file, '--durability', 'none'],
  })
  const ask = async (path: string, authorization?: string, method = 'GET'): Promise<number> => {
    const headers = authorization === undefined ? {} : { authorization }
    const answer = await fetch(`${server.adminEndpoint}${path}`, { method, headers })
    assert.equal((await answer.text()) === '', method === 'HEAD')
    const durability = answer.headers.get('x-ashlar-durability')
    assert.equal(durability, answer.status < 400 ? 'relaxed; level=none' : null)
    const isAsked = answer.headers.get('www-authenticate') === 'Bearer'
    assert.equal(isAsked, answer.status === 401)
    return answer.status
  }
  assert.equal(await ask('/metrics', `Bearer ${token}`), 200)
  assert.equal(await ask('/metrics?x=1', `bearer  ${token}`), 200)
  assert.equal(await ask('/metrics', `Bearer ${token}`, 'HEAD'), 200)
  for (const wrong of [
    undefined,
    token,
    `Basic ${token}`,
    `Bearer ${token}x`,
    `Bearer ${token.slice(1)}`,
    'Bearer ',
  ]) {
    assert.equal(await ask('/metrics', wrong), 401, wrong ?? 'none')
  }
  assert.equal(await ask('/-/live'), 200)
  assert.equal(await ask('/-/ready'), 200)
})

test('where the server has a certificate, this port speaks https with it', async () => {
  const tls = await writeCertificate(folder, ['localhost'])
  await using server = await startServer({ args, tls })
  const url = `${server.adminEndpoint}/-/ready`
  assert.match(url, /^https:/)
  const asked = get(url, { ca: readFileSync(tls.cert) })
  const [answer] = (await once(asked, 'response')) as [IncomingMessage]
  assert.deepEqual([answer.statusCode, await text(answer)], [200, 'ok\n'])
  await assert.rejects(fetch(url.replace('https:', 'http:')))
})

test('it is not ready before the S3 port is open', async () => {
  const state: { word: Readiness } = { word: 'starting' }
  const answers = { collect: async () => [], readiness: () => state.word, fields: () => [] }
  const where = { host: '127.0.0.1', port: 0, token: undefined, tls: undefined, timings }
  await using undo = new AsyncDisposableStack()
  const listener = undo.adopt(await listenAdmin(answers, where), (open) => open.close())
  const ready = async (): Promise<readonly [number, string]> => {
    const answer = await fetch(`http://127.0.0.1:${listener.port}/-/ready`)
    return [answer.status, await answer.text()]
  }
  assert.deepEqual(await ready(), [503, 'starting\n'])
  state.word = 'ok'
  assert.deepEqual(await ready(), [200, 'ok\n'])
  await undo.disposeAsync()
  await assert.rejects(ready())
})

test('while requests drain it says so, and its numbers are still there', async () => {
  await using server = await startServer({ args })
  await signedRequest(server, { method: 'PUT', path: '/bucket' })
  const body = Buffer.alloc(100_000, 'x')
  const bytes = requestBytes(await signRequest(server, { path: '/bucket/k', body }))
  await using connection = await RawConnection.open(server)
  connection.send(bytes.subarray(0, -1))
  while ((await scrape(server)).value('ashlar_http_requests_in_flight') !== 1);
  const ended = server.terminate()
  const ready = `${server.adminEndpoint}/-/ready`
  while ((await fetch(ready)).status === 200);
  assert.deepEqual(
    [(await fetch(ready)).status, await (await fetch(ready)).text()],
    [503, 'stopping\n'],
  )
  assert.equal((await scrape(server)).value('ashlar_http_requests_in_flight'), 1)
  connection.send(bytes.subarray(-1))
  assert.equal((await connection.answer('PUT')).status, 200)
  assert.equal(await ended, 0)
  await assert.rejects(fetch(ready))
})

test('connections that bring no HTTP are counted', async () => {
  await using server = await startServer({ args })
  await sendRaw(server, 'nonsense\r\n\r\n')
  const metrics = await scrape(server)
  assert.equal(metrics.value('ashlar_http_connections_malformed_total'), 1)
  assert.equal(metrics.value('ashlar_http_connections_accepted_total'), 1)
})

test('connections beyond those that may be open are counted', async () => {
  const { clock, chance } = { clock: systemClock, chance: systemChance }
  const host = '127.0.0.1'
  const door = { host, port: 0, tls: undefined, connectionsMax: 1, timings, clock, chance }
  await using undo = new AsyncDisposableStack()
  const listener = undo.adopt(await listen(async () => undefined, door), (open) => open.close())
  const target = { host, port: listener.port }
  await using first = await RawConnection.open(target)
  await using second = await RawConnection.open(target)
  await second.closed()
  assert.deepEqual(listener.counts, { open: 1, accepted: 1, refused: 1, malformed: 0 })
  first.cut()
  assert.ok(await until(() => listener.counts.open === 0))
})

test('a port that is taken is told with the option that names it', async () => {
  await using server = await startServer({ args })
  const taken = startServer({ args: ['--admin', `127.0.0.1:${portOf(server)}`] })
  await assert.rejects(taken, /exit code 2:\n.*choose another address with --admin/s)
})

function read(flags: Flags): Config {
  return readConfig(flags, {})
}

test('there is no operators port unless told', () => {
  assert.equal(read({}).admin, undefined)
  const admin = read({ admin: '[::1]:9001' }).admin
  assert.deepEqual(admin, { host: '::1', port: 9001, token: undefined })
})

test('beyond this machine a token is demanded, and plain http warned of', () => {
  const file = tokenFile(token)
  for (const here of ['127.0.0.1:0', 'localhost:0', '127.8.9.10:0', '[::1]:0']) {
    assert.deepEqual(read({ admin: here }).warnings, [], here)
  }
  for (const elsewhere of ['0.0.0.0:9001', ':9001', '[::]:9001', '10.0.0.1:9001', 'a.example:1']) {
    assert.throws(() => read({ admin: elsewhere }), /--metrics-token-file.*127\.0\.0\.1/, elsewhere)
    const config = read({ admin: elsewhere, 'metrics-token-file': file })
    assert.equal(config.admin?.token, token)
    assert.match(config.warnings.join('\n'), /plain http.*metrics token/)
  }
  const [cert, key] = ['cert', 'key'].map((name) => join(folder, name))
  for (const path of [cert, key]) writeFileSync(path ?? '', 'x')
  const tls = { 'tls-cert': cert ?? '', 'tls-key': key ?? '' }
  const secure = read({ admin: ':9001', 'metrics-token-file': file, ...tls })
  assert.deepEqual(secure.warnings, [])
})

test('a token that cannot be used, or that others can read', () => {
  const given = (content: string, mode?: number): Config =>
    read({ admin: '127.0.0.1:0', 'metrics-token-file': tokenFile(content, mode) })
  for (const wrong of ['', 'short', `${token} ${token}`, `${token}\n${token}`, `${token}ä`]) {
    assert.throws(() => given(wrong), ConfigError)
  }
  assert.match(given(token, 0o644).warnings.join('\n'), /chmod 600/)
  assert.throws(() => read({ 'metrics-token-file': tokenFile(token) }), /--admin/)
  const missing = { admin: ':1', 'metrics-token-file': join(folder, 'missing') }
  assert.throws(() => read(missing), /cannot be read/)
  assert.throws(() => read({ admin: '9001' }), /--admin cannot be/)
})
