/** The process: what outlives it, how it ends, what it says when it begins. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { startServer } from '../harness/server.ts'
import { RawConnection, requestBytes, sendRaw, type Target } from '../harness/raw.ts'
import { signedRequest, signRequest } from '../harness/sign.ts'
import { until } from '../harness/until.ts'

let folder = ''
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ashlar-process-'))
})
after(() => rm(folder, { recursive: true, force: true }))

test('kill -9 and a new start keep everything that was acknowledged, an open upload too', async () => {
  await using server = await startServer()
  const small = randomBytes(1000)
  const large = randomBytes(6 * 1024 * 1024)
  assert.equal((await signedRequest(server, { method: 'PUT', path: '/kept' })).status, 200)
  assert.equal((await signedRequest(server, { path: '/kept/small', body: small })).status, 200)
  assert.equal((await signedRequest(server, { path: '/kept/large', body: large })).status, 200)
  const created = await signedRequest(server, {
    method: 'POST',
    path: '/kept/mp',
    query: { uploads: '' },
  })
  const uploadId = /<UploadId>(?<id>[^<]+)</.exec(created.text)?.groups?.['id'] ?? ''
  const part = { path: '/kept/mp', query: { partNumber: '1', uploadId }, body: large }
  assert.equal((await signedRequest(server, part)).status, 200)
  await server.kill()
  await server.restart()
  assert.deepEqual((await signedRequest(server, { path: '/kept/small' })).body, small)
  assert.deepEqual((await signedRequest(server, { path: '/kept/large' })).body, large)
  const listed = await signedRequest(server, { path: '/kept/mp', query: { uploadId } })
  assert.match(listed.text, /<PartNumber>1<\/PartNumber>/)
})

test('SIGTERM lets a request in flight finish, and the process ends with 0', async () => {
  await using server = await startServer()
  await signedRequest(server, { method: 'PUT', path: '/bucket' })
  const body = randomBytes(100_000)
  const headers = { expect: '100-continue' }
  const bytes = requestBytes(await signRequest(server, { path: '/bucket/k', body, headers }))
  await using connection = await RawConnection.open(server)
  connection.send(bytes.subarray(0, bytes.length - 50_000))
  await connection.continued()
  const ended = server.terminate()
  assert.ok(await until(() => refusesConnections(server)), 'no new connection is taken')
  connection.send(bytes.subarray(bytes.length - 50_000))
  const answer = await connection.answer('PUT')
  assert.deepEqual(
    [answer.code, answer.status, answer.headers['connection']],
    [undefined, 200, 'close'],
  )
  assert.equal(await ended, 0)
  await server.restart()
  assert.deepEqual((await signedRequest(server, { path: '/bucket/k' })).body, body)
})

async function refusesConnections(target: Target): Promise<boolean> {
  try {
    await using _taken = await RawConnection.open(target)
    return false
  } catch {
    return true
  }
}

test('monitors ask without a signature; the bucket of that name in front of the host is no monitor', async () => {
  await using server = await startServer()
  for (const path of ['/-/ready', '/-/live']) {
    const answer = await sendRaw(server, `GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`)
    assert.deepEqual([answer.status, answer.text], [200, 'ok\n'])
  }
  const bucket = await sendRaw(server, 'GET /-/ready HTTP/1.1\r\nHost: none.localhost\r\n\r\n')
  assert.equal(bucket.code, 'NoSuchBucket')
  const other = await sendRaw(
    server,
    'PUT /-/ready HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n',
  )
  assert.equal(other.code, 'InvalidBucketName')
})

test('two processes never share a data folder', async () => {
  await using server = await startServer()
  await assert.rejects(startServer({ dataDir: server.dataDir }), /another ashlar process/i)
})

interface Run {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

/** Runs `ashlar serve` until it is ready, or ends by itself; then stops it. */
async function serve(words: readonly string[], env: Record<string, string> = {}): Promise<Run> {
  const main = join(import.meta.dirname, '../../src/cli/main.ts')
  const child = spawn(process.execPath, [main, 'serve', '--listen', '127.0.0.1:0', ...words], {
    env: { PATH: process.env['PATH'], ...env },
    cwd: folder,
  })
  const said = { out: '', err: '' }
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    said.out += text
    if (/Ctrl-C|ASHLAR_READY/.test(said.out)) child.kill('SIGTERM')
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said.err += text))
  const [code] = (await once(child, 'close')) as [number | null]
  return { code, ...said }
}

test('the first start makes a pair, shows it once and keeps it for its owner alone', async () => {
  const data = join(folder, 'fresh')
  const first = await serve(['--data', data])
  const secret = /AWS_SECRET_ACCESS_KEY=(?<secret>[A-Za-z0-9]{40})\n/.exec(first.out)?.groups?.[
    'secret'
  ]
  assert.ok(secret !== undefined, first.out)
  assert.match(first.out, /AWS_ACCESS_KEY_ID=ASHL[A-Z0-9]{16}\n/)
  assert.match(first.out, /AWS_ENDPOINT_URL=http:\/\/127\.0\.0\.1:\d+\n/)
  assert.ok(!first.err.includes(secret), 'no secret in the log')
  const file = join(data, 'credentials.json')
  assert.equal((await stat(file)).mode & 0o777, 0o600)
  assert.equal(
    (JSON.parse(await readFile(file, 'utf8')) as { secretAccessKey: string }).secretAccessKey,
    secret,
  )

  const second = await serve(['--data', data])
  assert.ok(!second.out.includes(secret), 'the second start does not show it')
  assert.match(second.out, /credentials\.json/)

  await chmod(file, 0o644)
  const open = await serve(['--data', data])
  assert.deepEqual([open.code, /chmod 600/.test(open.err)], [2, true])
})

test('the root pair can be given, also in files; its account stays the same', async () => {
  const data = join(folder, 'given')
  await writeFile(join(folder, 'id'), 'MYROOTKEY\n')
  await writeFile(join(folder, 'secret'), 'my-root-secret\n', { mode: 0o600 })
  const env = { ASHLAR_ROOT_ACCESS_KEY_FILE: 'id', ASHLAR_ROOT_SECRET_KEY_FILE: 'secret' }
  const given = await serve(['--data', data, '--json'], env)
  assert.match(given.out, /"accessKeyId":"MYROOTKEY"/)
  assert.ok(!given.out.includes('my-root-secret'))
  const kept = JSON.parse(await readFile(join(data, 'credentials.json'), 'utf8')) as object
  assert.deepEqual(Object.keys(kept), ['canonicalId', 'accountId'])
  await serve(['--data', data, '--json'])
  const later = JSON.parse(await readFile(join(data, 'credentials.json'), 'utf8')) as object
  assert.deepEqual({ ...later, ...kept }, later)
})

test('what cannot be is said with what to do, and ends with 2', async () => {
  const cases: ReadonlyArray<readonly [readonly string[], Record<string, string>, RegExp]> = [
    [['--workers', '65'], {}, /from 1 to 64/],
    [['--listen', 'nonsense'], {}, /host:port/],
    [['--log-level', 'loud'], {}, /Choose one of/],
    [['--tls-cert', 'x.pem'], {}, /belong together/],
    [['--accounts', 'missing.json'], {}, /ENOENT/],
    [[], { ASHLAR_ROOT_ACCESS_KEY: 'alone' }, /belong together/],
    [[], { NODE_OPTIONS: '--insecure-http-parser' }, /smuggling/],
  ]
  for (const [words, env, expected] of cases) {
    const run = await serve(words, env)
    assert.equal(run.code, 2, run.err)
    assert.match(run.err, expected)
  }
})

test('a port that is taken is said so', async () => {
  await using server = await startServer()
  const run = await serve(['--data', 'other', '--listen', `127.0.0.1:${server.port}`])
  assert.deepEqual([run.code, /Something else listens there/.test(run.err)], [2, true])
})
