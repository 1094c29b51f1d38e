/** A backup that is made while clients write, restored: one moment of the store, every object of it byte for byte. */
import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { filesBelow } from '../crash/blob-files.ts'
import { ashlar } from '../harness/command.ts'
import { Client } from '../crash/client.ts'
import { bodyOf } from '../crash/bodies.ts'
import { complete, completeOn, isWhole, writeOn } from '../crash/loaded.ts'
import { startServer, type TestServer } from '../harness/server.ts'

const root = mkdtempSync(join(tmpdir(), 'ashlar-backup-'))
after(() => rmSync(root, { recursive: true, force: true }))

async function keysOf(client: Client): Promise<readonly string[]> {
  const listed = await client.send({ path: '/proof', method: 'GET', query: { 'list-type': '2' } })
  assert.equal(listed.status, 200)
  return [...listed.body.toString().matchAll(/<Key>([^<]*)<\/Key>/g)].map(([, key = '']) => key)
}

/** Every key that is listed can be read, and is one write. */
async function proveWhole(server: TestServer): Promise<readonly string[]> {
  using client = new Client(server)
  const keys = await keysOf(client)
  for (const key of keys) {
    const heard = await client.send({ path: `/proof/${key}` })
    assert.equal(heard.status, 200, key)
    assert.ok(isWhole(heard.body), `${key} is no one write`)
  }
  return keys
}

test('backups under load, without grace, and what is restored from each', async () => {
  // Bytes are removed as soon as they are replaced: what the pin does not hold is gone.
  const env = { ASHLAR_RECLAIM_GRACE: '0' }
  await using server = await startServer({ env })
  using client = new Client(server)
  await client.send({ method: 'PUT', path: '/proof' })
  const still = bodyOf('k99#0#200000', 200_000)
  await client.send({ path: '/proof/k99', body: still })
  for (let number = 0; number < 200; number++) {
    const key = `k${(number % 4) * 1000 + Math.floor(number / 4)}`
    await client.send({ path: `/proof/${key}`, body: bodyOf(`${key}#0#40000`, 40_000) })
  }
  await complete(client, '/proof/m0', 'm0#999')
  const over = { is: false }
  const isOver = (): boolean => over.is
  const load = [0, 1, 2, 3].map((lane) => writeOn(client, lane, isOver))
  load.push(completeOn(client, 0, isOver))
  const to = join(root, 'kept')
  try {
    for (let round = 0; round < 3; round++) {
      const words = ['backup', '--data', server.dataDir, '--to', to, '--json']
      const { code, out, err } = await ashlar(...words)
      assert.equal(code, 0, out + err)
    }
  } finally {
    over.is = true
    await Promise.allSettled(load)
  }
  const writes = await Promise.all(load)
  assert.ok(Math.min(...writes) > 1, `no load: ${writes.join()}`)
  const snapshots = readdirSync(join(to, 'snapshots'))
  assert.equal(snapshots.length, 3)
  for (const snapshot of snapshots) {
    const dataDir = join(root, `restored-${snapshot}`)
    const words = ['restore', '--from', to, '--to', dataDir, '--snapshot', snapshot]
    const restored = await ashlar(...words)
    assert.equal(restored.code, 0, restored.out + restored.err)
    const verified = await ashlar('verify', '--data', dataDir)
    assert.equal(verified.code, 0, verified.out)
    await using again = await startServer({ dataDir, keys: server.keys, env })
    const keys = await proveWhole(again)
    assert.ok(keys.includes('k99') && keys.includes('m0'), keys.join())
    // It is a store like any other: it takes writes, and its reclaim is held by nobody's pin.
    using writer = new Client(again)
    await complete(writer, '/proof/m0', 'm0#999')
    await proveWhole(again)
  }
})

test('a second backup copies only what is new; secrets come along and stay secret', async () => {
  await using server = await startServer()
  using client = new Client(server)
  await client.send({ method: 'PUT', path: '/proof' })
  for (const lane of [1, 2, 3])
    await client.send({ path: `/proof/k${lane}`, body: bodyOf(`k${lane}#0#50000`, 50_000) })
  const accounts = join(root, 'accounts.json')
  writeFileSync(accounts, '{"accounts":[]}')
  const to = join(root, 'twice')
  const words = ['backup', '--data', server.dataDir, '--to', to, '--also', accounts, '--json']
  const first = JSON.parse((await ashlar(...words)).out) as { copied: number }
  await client.send({ path: '/proof/k4', body: bodyOf('k4#0#50000', 50_000) })
  const second = JSON.parse((await ashlar(...words)).out) as { copied: number; blobs: number }
  assert.deepEqual([first.copied, second.copied, second.blobs], [3, 1, 4])
  const dataDir = join(root, 'twice-restored')
  const restored = await ashlar('restore', '--from', to, '--to', dataDir)
  assert.equal(restored.code, 0, restored.err)
  for (const name of ['credentials.json', 'also/accounts.json'])
    assert.equal(statSync(join(dataDir, name)).mode & 0o777, 0o600, name)
  assert.match(restored.out, /also\/accounts\.json/)
})

test('with --keep older snapshots go, and the blobs that nobody else names', async () => {
  await using server = await startServer({ env: { ASHLAR_RECLAIM_GRACE: '0' } })
  using client = new Client(server)
  await client.send({ method: 'PUT', path: '/proof' })
  const to = join(root, 'thinned')
  const words = ['backup', '--data', server.dataDir, '--to', to, '--json']
  await client.send({ path: '/proof/k1', body: bodyOf('k1#0#50000', 50_000) })
  for (const number of [1, 2, 3]) {
    await client.send({ path: '/proof/k2', body: bodyOf(`k2#${number}#50000`, 50_000) })
    if (number < 3) assert.equal((await ashlar(...words)).code, 0)
  }
  const { out } = await ashlar(...words, '--keep', '2')
  const { pruned } = JSON.parse(out) as { pruned: { snapshots: string[]; blobs: number } }
  const snapshots = readdirSync(join(to, 'snapshots'))
  assert.deepEqual([pruned.snapshots.length, pruned.blobs, snapshots.length], [1, 1, 2])
  for (const snapshot of snapshots) {
    const dataDir = join(root, `thinned-${snapshot}`)
    const restored = await ashlar('restore', '--from', to, '--to', dataDir, '--snapshot', snapshot)
    assert.equal(restored.code, 0, restored.out + restored.err)
  }
  assert.equal((await ashlar(...words, '--keep', '0')).code, 1)
})

test('encrypted objects come back with the keys that lie in the data folder', async () => {
  const args = ['--default-encryption', 'AES256']
  await using server = await startServer({ args })
  using client = new Client(server)
  await client.send({ method: 'PUT', path: '/proof' })
  await client.send({ path: '/proof/k1', body: bodyOf('k1#0#700', 700) })
  await client.send({ path: '/proof/k2', body: bodyOf('k2#0#200000', 200_000) })
  await complete(client, '/proof/m0', 'm0#1')
  const to = join(root, 'sealed')
  const dataDir = join(root, 'sealed-restored')
  for (const words of [
    ['backup', '--data', server.dataDir, '--to', to],
    ['restore', '--from', to, '--to', dataDir],
    ['verify', '--data', dataDir],
  ]) {
    const { code, out, err } = await ashlar(...words)
    assert.equal(code, 0, out + err)
  }
  await using again = await startServer({ dataDir, keys: server.keys, args })
  assert.deepEqual(await proveWhole(again), ['k1', 'k2', 'm0'])
})

test('what is damaged already is named, left out, and the rest is kept', async () => {
  await using server = await startServer()
  using client = new Client(server)
  await client.send({ method: 'PUT', path: '/proof' })
  for (const lane of [1, 2])
    await client.send({ path: `/proof/k${lane}`, body: bodyOf(`k${lane}#0#50000`, 50_000) })
  const [file = ''] = filesBelow(server.dataDir)
  writeFileSync(file, 'rotten')
  const to = join(root, 'damaged')
  const { code, out } = await ashlar('backup', '--data', server.dataDir, '--to', to)
  assert.equal(code, 1)
  assert.match(out, /proof\/k[12]/)
  const dataDir = join(root, 'damaged-restored')
  const restored = await ashlar('restore', '--from', to, '--to', dataDir)
  assert.equal(restored.code, 1)
  assert.match(restored.out, /proof\/k[12].*there is no blob/)
  assert.equal(filesBelow(dataDir).length, 1)
})

test('what cannot be is refused with exit code 2, and nothing is overwritten', async () => {
  await using server = await startServer()
  const data = server.dataDir
  const refused = async (words: readonly string[], says: RegExp): Promise<void> => {
    const { code, err } = await ashlar(...words)
    assert.equal(code, 2, err)
    assert.match(err, says)
  }
  await refused(['backup', '--data', data, '--to', join(data, 'backup')], /cannot lie in/)
  await refused(['backup', '--data', root, '--to', join(root, 'x')], /holds no metadata/)
  await refused(['restore', '--from', root, '--to', join(root, 'y')], /no finished snapshot/)
  const to = join(root, 'refusing')
  assert.equal((await ashlar('backup', '--data', data, '--to', to)).code, 0)
  await refused(['restore', '--from', to, '--to', data], /not empty/)
  const [snapshot = ''] = readdirSync(join(to, 'snapshots'))
  writeFileSync(join(to, 'snapshots', snapshot, 'files/credentials.json'), '{}')
  await refused(['restore', '--from', to, '--to', join(root, 'z')], /damaged/)
})
