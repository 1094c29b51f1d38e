/** What blobs tell of themselves: without any snapshot, objects and uploads are again what they were. */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { bodyOf } from '../crash/bodies.ts'
import { element } from '../crash/client.ts'
import { partList, type ListedPart } from '../harness/part-list.ts'
import { startServer } from '../harness/server.ts'
import { until } from '../harness/until.ts'
import { ashlar } from '../harness/command.ts'
import { byHand, loseDatabase, Objects, rebuilt } from './rebuild-scene.ts'

test('without a snapshot: every object of more than 16 KiB, as it was, in buckets that are made again', async () => {
  await using server = await startServer({ env: byHand })
  using client = new Objects(server)
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
  const sha256 = createHash('sha256').update(body).digest('base64')
  const sent = await client.send({
    path,
    body,
    headers: { ...headers, 'x-amz-checksum-sha256': sha256 },
  })
  assert.equal(sent.status, 200, sent.body.toString())
  await client.put('tiny', 'tiny#1', 16_384)
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
  await using server = await startServer({ env: byHand })
  using client = new Objects(server)
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
  const parts: ListedPart[] = []
  for (const [number, tag, size] of [
    [1, 'one', mebibytes5],
    [2, 'stale', 50_000],
    [2, 'two', 60_000],
  ] as const) {
    const query = { uploadId, partNumber: String(number) }
    const heard = await client.send({ path, query, body: bodyOf(tag, size) })
    assert.equal(heard.status, 200, heard.body.toString())
    parts[number - 1] = { number, etag: String(heard.headers.etag) }
  }
  const ask = { method: 'POST', path, query: { uploadId } }
  const body = partList(parts)
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

test('a completion that was noted is an object again, without any snapshot', async () => {
  await using server = await startServer({ env: { ASHLAR_SNAPSHOT_INTERVAL: '1' } })
  using client = new Objects(server)
  await client.send({ method: 'PUT', path: '/proof' })
  const path = '/proof/parted'
  const begun = await client.send({ method: 'POST', path, query: { uploads: '' } })
  const uploadId = element(begun, 'UploadId')
  const query = { uploadId, partNumber: '7' }
  const { headers } = await client.send({ path, query, body: bodyOf('only', 70_000) })
  const body = partList([{ number: 7, etag: String(headers.etag) }])
  const ask = { method: 'POST', path, query: { uploadId }, body }
  const first = await client.send(ask)
  const folder = join(server.dataDir, 'snapshots')
  const isNoted = (): boolean =>
    existsSync(folder) && readdirSync(folder).some((name) => name.endsWith('.completions.json'))
  assert.ok(await until(isNoted), 'it was not noted')
  const before = await client.send({ path, method: 'HEAD' })
  await server.kill()
  loseDatabase(server.dataDir)
  const told = await rebuilt(server.dataDir, '--snapshot', 'none')
  assert.deepEqual([told.completed, told.parts, told.uploads], [1, 1, []])
  await server.restart()
  const found = await client.send({ path })
  assert.ok(found.body.equals(bodyOf('only', 70_000)))
  for (const name of ['etag', 'last-modified', 'content-length'])
    assert.equal(found.headers[name], before.headers[name])
  assert.equal((await client.send(ask)).body.toString(), first.body.toString())
})

/** How an object is put, and what has to be said to read it. */
const key = Buffer.alloc(32, 'k')
const md5 = createHash('md5').update(key).digest('base64')
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

test('encrypted objects can be read again with the keys that there are', async () => {
  const env = byHand
  const args = ['--sse-c-over-http', 'on', '--kms-key', 'mine']
  await using server = await startServer({ env, args })
  using client = new Objects(server)
  await client.send({ method: 'PUT', path: '/proof' })
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
  await client.put('plain', 'plain#1')
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
  await client.expect('copy', 'plain#1')
  const again = await client.send(checked)
  assert.equal(
    again.headers['x-amz-checksum-crc64nvme'],
    before.headers['x-amz-checksum-crc64nvme'],
  )
})
