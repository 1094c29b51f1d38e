/** A data folder without its database, rebuilt: what comes back from the last snapshot, what from blobs, and what is said of the rest. */
import assert from 'node:assert/strict'
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
import { filesBelow } from '../crash/blob-files.ts'
import { startServer } from '../harness/server.ts'
import { until } from '../harness/until.ts'
import { ashlar } from '../harness/command.ts'
import { byHand, loseDatabase, Objects, rebuilt, sync } from './rebuild-scene.ts'

const root = mkdtempSync(join(tmpdir(), 'ashlar-rebuild-'))
after(() => rmSync(root, { recursive: true, force: true }))

test('from a snapshot and from blobs; older and deleted objects stay away', async () => {
  await using server = await startServer({ env: byHand })
  using client = new Objects(server)
  await client.send({ method: 'PUT', path: '/proof' })
  await client.put('kept', 'kept#1')
  await client.put('small', 'small#1', 500)
  await client.put('replaced', 'replaced#1')
  await client.put('deleted', 'deleted#1')
  await client.send({ method: 'DELETE', path: '/proof/deleted' })
  await client.put('shrunk', 'shrunk#1')
  await client.put('shrunk', 'shrunk#2', 700)
  await sync(server)
  await client.put('replaced', 'replaced#2')
  await client.put('replaced', 'replaced#3')
  await client.put('small', 'small#2')
  await client.put('new', 'new#1')
  await client.put('late-small', 'late#1', 600)
  await server.kill()
  loseDatabase(server.dataDir)
  const copy = join(root, 'again')
  cpSync(server.dataDir, copy, { recursive: true })

  const told = await rebuilt(server.dataDir)
  assert.deepEqual([told.objects, told.older, told.known, told.code], [3, 1, 4, 0])
  assert.deepEqual([told.goneObjects, told.found, told.buckets, told.setAside], [0, 0, [], []])
  await server.restart()
  assert.deepEqual(await client.keys(), ['kept', 'new', 'replaced', 'shrunk', 'small'])
  await client.expect('kept', 'kept#1')
  await client.expect('new', 'new#1')
  await client.expect('replaced', 'replaced#3')
  await client.expect('shrunk', 'shrunk#2', 700)
  await client.expect('small', 'small#2')
  // It is a store like any other, whose names are new ones.
  await client.put('after', 'after#1')
  await client.expect('after', 'after#1')

  const { data: _one, snapshot: _first, ...same } = await rebuilt(copy)
  const { data: _other, snapshot: _second, code: _code, ...before } = told
  assert.deepEqual(same, { ...before, code: 0 })
})

test('what is gone is named, what is damaged too; a healthy database is left alone', async () => {
  const env = { ...byHand, ASHLAR_RECLAIM_GRACE: '0' }
  await using server = await startServer({ env })
  using client = new Objects(server)
  await client.send({ method: 'PUT', path: '/proof' })
  for (const key of ['gone', 'rotten', 'well']) await client.put(key, `${key}#1`)
  await sync(server)
  await client.put('unreadable', 'unreadable#1')
  await client.send({ method: 'DELETE', path: '/proof/gone' })
  const blobs = (): string[] => filesBelow(server.dataDir).toSorted()
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
  assert.deepEqual(await client.keys(), ['rotten', 'well'])
  await client.expect('well', 'well#1')
})

test('a snapshot that rotted is passed over; another may be named; a server takes them by itself', async () => {
  const env = { ASHLAR_SNAPSHOT_INTERVAL: '1' }
  await using server = await startServer({ env })
  using client = new Objects(server)
  const folder = join(server.dataDir, 'snapshots')
  const snapshots = (): string[] =>
    (existsSync(folder) ? readdirSync(folder) : []).filter((name) => name.endsWith('.sqlite'))
  // One of a moment that is yet to come: there is always something new for it.
  const newest = (): string => snapshots().toSorted().at(-1) ?? ''
  const takenFromNowOn = async (): Promise<void> => {
    const least = new Date().toISOString().replaceAll(':', '-')
    await client.put('touch', 'touch#1', 10)
    assert.ok(await until(() => newest() > least), 'no snapshot was taken')
  }
  await client.send({ method: 'PUT', path: '/proof' })
  await client.put('first', 'first#1', 100)
  await takenFromNowOn()
  await server.terminate()
  // Until its end it may have taken another one.
  const first = newest()
  const other = join(root, 'other.sqlite')
  cpSync(join(folder, first), other)
  await server.restart()
  await client.put('second', 'second#1', 200)
  await takenFromNowOn()
  await server.kill()
  const last = newest()
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
  assert.ok((await client.keys()).includes('first'))
})
