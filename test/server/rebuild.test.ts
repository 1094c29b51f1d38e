/** A data folder without its database, rebuilt: what comes back from the last snapshot, what from blobs, and what is said of the rest. */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { promisify } from 'node:util'
import { systemClock } from '../../src/base/clock.ts'
import type { Rebuilt } from '../../src/server/rebuild.ts'
import { takeSnapshot } from '../../src/stores/metadata/snapshots.ts'
import { bodyOf } from '../crash/bodies.ts'
import { Client, element } from '../crash/client.ts'
import { startServer, type TestServer } from '../harness/server.ts'
import { until } from '../harness/until.ts'

const root = mkdtempSync(join(tmpdir(), 'ashlar-rebuild-'))
after(() => rmSync(root, { recursive: true, force: true }))

const main = join(import.meta.dirname, '../../src/cli/main.ts')

interface Ended {
  readonly code: number
  readonly out: string
  readonly err: string
}

async function ashlar(...words: string[]): Promise<Ended> {
  try {
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [main, ...words])
    return { code: 0, out: stdout, err: stderr }
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string }
    return { code, out: stdout, err: stderr }
  }
}

async function rebuilt(data: string, ...words: string[]): Promise<Rebuilt & { code: number }> {
  const { code, out, err } = await ashlar('rebuild', '--data', data, '--json', ...words)
  assert.notEqual(code, 2, err)
  return { ...(JSON.parse(out) as Rebuilt), code }
}

function sync({ dataDir }: TestServer): Promise<unknown> {
  const file = join(dataDir, 'metadata.sqlite')
  return takeSnapshot({ file, folder: join(dataDir, 'snapshots'), now: systemClock.now() })
}

function loseDatabase(data: string): void {
  for (const name of readdirSync(data))
    if (/^metadata\.sqlite(-wal|-shm)?$/.test(name)) rmSync(join(data, name))
}

const big = 40_000

async function put(client: Client, key: string, tag: string, size = big): Promise<void> {
  const heard = await client.send({ path: `/proof/${key}`, body: bodyOf(tag, size) })
  assert.equal(heard.status, 200, heard.body.toString())
}

async function expect(client: Client, key: string, tag: string, size = big): Promise<void> {
  const heard = await client.send({ path: `/proof/${key}` })
  assert.equal(heard.status, 200, key)
  assert.ok(heard.body.equals(bodyOf(tag, size)), `${key} is not ${tag}`)
}

async function keysOf(client: Client): Promise<readonly string[]> {
  const listed = await client.send({ path: '/proof', query: { 'list-type': '2' } })
  return [...listed.body.toString().matchAll(/<Key>([^<]*)<\/Key>/g)].map(([, key = '']) => key)
}

test('from a snapshot and from blobs; older and deleted objects stay away', async () => {
  await using server = await startServer({ env: { ASHLAR_SNAPSHOT_INTERVAL: '0' } })
  using client = new Client(server)
  await client.send({ method: 'PUT', path: '/proof' })
  await put(client, 'kept', 'kept#1')
  await put(client, 'small', 'small#1', 500)
  await put(client, 'replaced', 'replaced#1')
  await put(client, 'deleted', 'deleted#1')
  await client.send({ method: 'DELETE', path: '/proof/deleted' })
  await put(client, 'shrunk', 'shrunk#1')
  await put(client, 'shrunk', 'shrunk#2', 700)
  await sync(server)
  await put(client, 'replaced', 'replaced#2')
  await put(client, 'replaced', 'replaced#3')
  await put(client, 'small', 'small#2')
  await put(client, 'new', 'new#1')
  await put(client, 'late-small', 'late#1', 600)
  await server.kill()
  loseDatabase(server.dataDir)
  const copy = join(root, 'again')
  cpSync(server.dataDir, copy, { recursive: true })

  const told = await rebuilt(server.dataDir)
  assert.deepEqual([told.objects, told.older, told.known, told.code], [3, 1, 4, 0])
  assert.deepEqual([told.goneObjects, told.found, told.buckets, told.setAside], [0, 0, [], []])
  await server.restart()
  assert.deepEqual(await keysOf(client), ['kept', 'new', 'replaced', 'shrunk', 'small'])
  await expect(client, 'kept', 'kept#1')
  await expect(client, 'new', 'new#1')
  await expect(client, 'replaced', 'replaced#3')
  await expect(client, 'shrunk', 'shrunk#2', 700)
  await expect(client, 'small', 'small#2')
  // It is a store like any other, whose names are new ones.
  await put(client, 'after', 'after#1')
  await expect(client, 'after', 'after#1')

  const { data: _one, snapshot: _first, ...same } = await rebuilt(copy)
  const { data: _other, snapshot: _second, code: _code, ...before } = told
  assert.deepEqual(same, { ...before, code: 0 })
})

test('without a snapshot: every object of more than 16 KiB, as it was, in buckets that are made again', async () => {
  await using server = await startServer({ env: { ASHLAR_SNAPSHOT_INTERVAL: '0' } })
  using client = new Client(server)
  await client.send({ method: 'PUT', path: '/proof' })
  const headers = {
    'content-type': 'image/png',
    'cache-control': 'max-age=60',
    'x-amz-meta-who': 'Anna',
    'x-amz-tagging': 'a=1&b=2',
    'x-amz-checksum-algorithm': 'SHA256',
    'x-amz-storage-class': 'STANDARD',
  }
  const path = '/proof/a%20b/%C3%BC'
  const body = bodyOf('all#1', 300_000)
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', new Uint8Array(body)))
  const sha256 = Buffer.from(digest).toString('base64')
  const sent = await client.send({
    path,
    body,
    headers: { ...headers, 'x-amz-checksum-sha256': sha256 },
  })
  assert.equal(sent.status, 200, sent.body.toString())
  await put(client, 'tiny', 'tiny#1', 16_384)
  const asked = { path, method: 'HEAD', headers: { 'x-amz-checksum-mode': 'ENABLED' } }
  const before = await client.send(asked)
  await server.kill()
  loseDatabase(server.dataDir)

  // A server does not begin anew beside them.
  const refused = await ashlar('serve', '--data', server.dataDir, '--listen', '127.0.0.1:0')
  assert.equal(refused.code, 2)
  assert.match(refused.err, /ashlar rebuild/)

  const dry = await rebuilt(server.dataDir, '--dry-run')
  assert.deepEqual([dry.objects, dry.buckets, dry.dryRun], [1, ['proof'], true])
  assert.ok(!existsSync(join(server.dataDir, 'metadata.sqlite')))
  const told = await rebuilt(server.dataDir)
  assert.deepEqual([told.snapshot, told.objects, told.code], [undefined, 1, 0])
  await server.restart()
  const again = await client.send(asked)
  const { date: _then, 'x-amz-request-id': _id, 'x-amz-id-2': _two, ...shown } = again.headers
  for (const [name, value] of Object.entries(shown)) assert.equal(value, before.headers[name], name)
  assert.equal(again.headers['x-amz-checksum-sha256'], sha256)
  assert.ok((await client.send({ path })).body.equals(body))
  const tags = await client.send({ path, query: { tagging: '' } })
  assert.match(tags.body.toString(), /<Key>a<\/Key><Value>1<\/Value>/)
  assert.equal((await client.send({ path: '/proof/tiny' })).status, 404)
})

test('uploads are open again with their parts, and complete to what they would have been', async () => {
  await using server = await startServer({ env: { ASHLAR_SNAPSHOT_INTERVAL: '0' } })
  using client = new Client(server)
  await client.send({ method: 'PUT', path: '/proof' })
  const path = '/proof/parted'
  const headers = {
    'content-type': 'text/x-parts',
    'x-amz-checksum-algorithm': 'CRC32',
    'x-amz-checksum-type': 'FULL_OBJECT',
  }
  const begun = await client.send({ method: 'POST', path, query: { uploads: '' }, headers })
  const uploadId = element(begun, 'UploadId')
  const mebibytes5 = 5 * 1024 * 1024
  const parts: string[] = []
  for (const [number, tag, size] of [
    [1, 'one', mebibytes5],
    [2, 'stale', 50_000],
    [2, 'two', 60_000],
  ] as const) {
    const query = { uploadId, partNumber: String(number) }
    const heard = await client.send({ path, query, body: bodyOf(tag, size) })
    assert.equal(heard.status, 200, heard.body.toString())
    const sum = `<ChecksumCRC32>${String(heard.headers['x-amz-checksum-crc32'])}</ChecksumCRC32>`
    parts[number - 1] =
      `<Part><PartNumber>${number}</PartNumber><ETag>${heard.headers.etag}</ETag>${sum}</Part>`
  }
  const ask = { method: 'POST', path, query: { uploadId } }
  const body = `<CompleteMultipartUpload>${parts.join('')}</CompleteMultipartUpload>`
  const first = await client.send({ ...ask, body })
  assert.equal(first.status, 200, first.body.toString())
  await server.kill()
  loseDatabase(server.dataDir)
  const told = await rebuilt(server.dataDir)
  assert.deepEqual([told.uploads, told.parts, told.objects], [[uploadId], 2, 0])
  await server.restart()
  assert.equal((await client.send({ path })).status, 404)
  const again = await client.send({ ...ask, body })
  assert.equal(again.status, 200, again.body.toString())
  assert.equal(again.body.toString(), first.body.toString())
  const found = await client.send({ path })
  assert.ok(found.body.equals(Buffer.concat([bodyOf('one', mebibytes5), bodyOf('two', 60_000)])))
  assert.equal(found.headers['content-type'], 'text/x-parts')
})

test('encrypted objects can be read again with the keys that there are', async () => {
  const env = { ASHLAR_SNAPSHOT_INTERVAL: '0' }
  const args = ['--sse-c-over-http', 'on', '--kms-key', 'mine']
  await using server = await startServer({ env, args })
  using client = new Client(server)
  await client.send({ method: 'PUT', path: '/proof' })
  const key = Buffer.alloc(32, 'k')
  const md5 = Buffer.from(await readMd5(key)).toString('base64')
  const customer = {
    'x-amz-server-side-encryption-customer-algorithm': 'AES256',
    'x-amz-server-side-encryption-customer-key': key.toString('base64'),
    'x-amz-server-side-encryption-customer-key-md5': md5,
  }
  const ways: ReadonlyArray<readonly [string, Record<string, string>, Record<string, string>]> = [
    ['s3', { 'x-amz-server-side-encryption': 'AES256' }, {}],
    [
      'kms',
      {
        'x-amz-server-side-encryption': 'aws:kms',
        'x-amz-server-side-encryption-aws-kms-key-id': 'mine',
      },
      {},
    ],
    ['c', customer, customer],
  ]
  const etags = new Map<string, unknown>()
  for (const [name, headers] of ways) {
    const heard = await client.send({
      path: `/proof/${name}`,
      headers,
      body: bodyOf(name, 200_000),
    })
    assert.equal(heard.status, 200, heard.body.toString())
    etags.set(name, heard.headers.etag)
  }
  // Sealed anew, for the source is plain.
  await put(client, 'plain', 'plain#1')
  const copied = { 'x-amz-copy-source': '/proof/plain', 'x-amz-server-side-encryption': 'AES256' }
  const copy = await client.send({ path: '/proof/copy', body: '', headers: copied })
  assert.equal(copy.status, 200, copy.body.toString())
  const checked = {
    path: '/proof/copy',
    method: 'HEAD',
    headers: { 'x-amz-checksum-mode': 'ENABLED' },
  }
  const before = await client.send(checked)
  await server.kill()
  loseDatabase(server.dataDir)
  assert.equal((await rebuilt(server.dataDir)).objects, 5)
  await server.restart()
  for (const [name, , headers] of ways) {
    const heard = await client.send({ path: `/proof/${name}`, headers })
    assert.equal(heard.status, 200, heard.body.toString())
    assert.ok(heard.body.equals(bodyOf(name, 200_000)), name)
    assert.equal(heard.headers.etag, etags.get(name))
  }
  await expect(client, 'copy', 'plain#1')
  const again = await client.send(checked)
  assert.equal(
    again.headers['x-amz-checksum-crc64nvme'],
    before.headers['x-amz-checksum-crc64nvme'],
  )
})

async function readMd5(bytes: Buffer): Promise<Uint8Array> {
  const { createHash } = await import('node:crypto')
  return createHash('md5').update(bytes).digest()
}

test('what is gone is named, what is damaged too; a healthy database is left alone', async () => {
  const env = { ASHLAR_SNAPSHOT_INTERVAL: '0', ASHLAR_RECLAIM_GRACE: '0' }
  await using server = await startServer({ env })
  using client = new Client(server)
  await client.send({ method: 'PUT', path: '/proof' })
  for (const key of ['gone', 'rotten', 'well']) await put(client, key, `${key}#1`)
  await sync(server)
  await put(client, 'unreadable', 'unreadable#1')
  await client.send({ method: 'DELETE', path: '/proof/gone' })
  const blobs = (): string[] =>
    readdirSync(join(server.dataDir, 'blobs'), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .toSorted()
  assert.ok(await until(() => blobs().length === 3), 'the deleted one was never reclaimed')
  const healthy = await ashlar('rebuild', '--data', server.dataDir)
  assert.deepEqual([healthy.code, /stop it first/.test(healthy.err)], [2, true])
  await server.terminate()
  const whole = await ashlar('rebuild', '--data', server.dataDir)
  assert.deepEqual([whole.code, /nothing to rebuild/.test(whole.err)], [2, true])
  const [rotten = '', , unreadable = ''] = blobs()
  truncateSync(rotten, 30_000)
  const bytes = await readFile(unreadable)
  bytes.fill(0, 100, 200)
  writeFileSync(unreadable, bytes)
  truncateSync(join(server.dataDir, 'metadata.sqlite'), 5000)
  const told = await rebuilt(server.dataDir)
  assert.deepEqual(told.gone, [{ bucket: 'proof', key: 'gone' }])
  assert.deepEqual([told.goneObjects, told.damaged.length, told.found, told.code], [1, 1, 1, 1])
  assert.equal(told.findings[0]?.owners[0]?.key, 'rotten')
  assert.ok(told.setAside.length > 0 && told.setAside.every((path) => existsSync(path)))
  await server.restart()
  assert.deepEqual(await keysOf(client), ['rotten', 'well'])
  await expect(client, 'well', 'well#1')
})

test('a snapshot that rotted is passed over; another may be named; a server takes them by itself', async () => {
  const env = { ASHLAR_SNAPSHOT_INTERVAL: '1' }
  await using server = await startServer({ env })
  using client = new Client(server)
  const folder = join(server.dataDir, 'snapshots')
  const snapshots = (): string[] =>
    (existsSync(folder) ? readdirSync(folder) : []).filter((name) => name.endsWith('.sqlite'))
  // One of a moment that is yet to come: there is always something new for it.
  const takenFromNowOn = async (): Promise<string> => {
    const least = new Date().toISOString().replaceAll(':', '-')
    await put(client, 'touch', 'touch#1', 10)
    const newest = (): string => snapshots().toSorted().at(-1) ?? ''
    assert.ok(await until(() => newest() > least), 'no snapshot was taken')
    return newest()
  }
  await client.send({ method: 'PUT', path: '/proof' })
  await put(client, 'first', 'first#1', 100)
  const first = await takenFromNowOn()
  await server.terminate()
  const other = join(root, 'other.sqlite')
  cpSync(join(folder, first), other)
  await server.restart()
  await put(client, 'second', 'second#1', 200)
  const last = await takenFromNowOn()
  await server.kill()
  const bytes = await readFile(join(folder, last))
  bytes[3000] = (bytes[3000] ?? 0) ^ 1
  writeFileSync(join(folder, last), bytes)
  loseDatabase(server.dataDir)

  const refused = await ashlar('rebuild', '--data', server.dataDir, '--snapshot', last)
  assert.deepEqual([refused.code, /is damaged/.test(refused.err)], [2, true])
  const nothing = await ashlar('rebuild', '--data', server.dataDir, '--snapshot', 'nowhere')
  assert.deepEqual([nothing.code, /There is no snapshot/.test(nothing.err)], [2, true])
  const none = await rebuilt(server.dataDir, '--snapshot', 'none', '--dry-run')
  assert.deepEqual([none.snapshot, none.buckets], [undefined, []])
  const copied = await rebuilt(server.dataDir, '--snapshot', other, '--dry-run')
  assert.equal(copied.snapshot?.path, other)
  const told = await rebuilt(server.dataDir)
  assert.deepEqual(told.rottenSnapshots, [last])
  assert.ok(snapshots().includes(last), 'nothing is deleted')
  await server.restart()
  assert.ok((await keysOf(client)).includes('first'))
})
