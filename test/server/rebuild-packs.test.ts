/** Packs and a lost database: rows of a snapshot follow bytes that moved since, and what had been given up stays away. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { startServer, type TestServer } from '../harness/server.ts'
import { until } from '../harness/until.ts'
import { bodyOf } from '../crash/bodies.ts'
import { big, byHand, loseDatabase, Objects, rebuilt, sync } from './rebuild-scene.ts'

const env = { ...byHand, ASHLAR_RECLAIM_GRACE: '0' }
const count = 60

/** Locators in hexadecimal of the objects whose blobs lie in packs, by key: file, first page and pages in 40 digits behind the kind. */
function packed({ dataDir }: TestServer): ReadonlyMap<string, string> {
  const db = new DatabaseSync(join(dataDir, 'metadata.sqlite'), { readOnly: true })
  try {
    const rows = db
      .prepare(
        `SELECT key, hex(locator) AS locator FROM objects WHERE substr(locator, 1, 1) = x'04'`,
      )
      .all()
    return new Map(rows.map((row) => [String(row['key']), String(row['locator'])]))
  } finally {
    db.close()
  }
}

function packOf(locator: string): string {
  return locator.slice(2, 34)
}

/** Keys of the largest pack. */
function largest(server: TestServer): readonly string[] {
  const packs = Map.groupBy(packed(server), ([, locator]) => packOf(locator)).values()
  const [most = []] = [...packs].toSorted((one, other) => other.length - one.length)
  assert.ok(most.length >= 5, `${most.length} in the largest pack`)
  return most.map(([key]) => key)
}

async function fill(client: Objects): Promise<void> {
  await client.send({ method: 'PUT', path: '/proof' })
  const keys = Array.from({ length: count }, (_, index) => `k${index}`)
  await Promise.all(keys.map((key) => client.put(key, `${key}#1`)))
}

async function remove(client: Objects, keys: readonly string[]): Promise<void> {
  for (const key of keys) await client.send({ method: 'DELETE', path: `/proof/${key}` })
}

test('an object whose bytes moved out of a pack after the snapshot is there, and so is its copy', async () => {
  await using server = await startServer({ env })
  using client = new Objects(server)
  await fill(client)
  const [left = '', other = '', ...gone] = largest(server)
  const headers = { 'x-amz-copy-source': `/proof/${left}` }
  const copied = await client.send({ path: '/proof/copy', body: Buffer.alloc(0), headers })
  assert.equal(copied.status, 200)
  await sync(server)
  const before = packed(server)
  await remove(client, gone)
  const hasMoved = (): boolean =>
    [left, other, 'copy'].every((key) => packed(server).get(key) !== before.get(key))
  assert.ok(await until(hasMoved), 'nothing moved')
  await server.kill()
  loseDatabase(server.dataDir)
  const told = await rebuilt(server.dataDir)
  assert.deepEqual([told.found, told.damagedBlobs, told.objects], [0, 0, 0])
  await server.restart()
  await client.expect(left, `${left}#1`)
  await client.expect(other, `${other}#1`)
  await client.expect('copy', `${left}#1`)
  const there = new Set(await client.keys())
  const others = Array.from({ length: count }, (_, index) => `k${index}`)
  for (const key of others.filter((one) => !gone.includes(one))) assert.ok(there.has(key), key)
})

test('a blob that was given up before the snapshot does not come back, though its pack is there', async () => {
  await using server = await startServer({ env })
  using client = new Objects(server)
  await fill(client)
  const keys = largest(server)
  const gone = keys.slice(0, keys.length >> 1)
  await remove(client, gone)
  const pack = packOf(packed(server).get(keys.at(-1) ?? '') ?? '')
  const isGivenUp = (): boolean => entries(server).length >= gone.length
  assert.ok(await until(isGivenUp))
  await sync(server)
  await server.kill()
  loseDatabase(server.dataDir)
  const told = await rebuilt(server.dataDir)
  assert.deepEqual([told.found, told.objects, told.goneObjects], [0, 0, 0])
  await server.restart()
  const there = await client.keys()
  assert.equal(there.length, count - gone.length)
  for (const key of keys.slice(gone.length)) await client.expect(key, `${key}#1`)
  assert.equal(packOf(packed(server).get(keys.at(-1) ?? '') ?? ''), pack)
})

test('an object that was deleted after the snapshot is gone, though its pack is there', async () => {
  await using server = await startServer({ env })
  using client = new Objects(server)
  await fill(client)
  await sync(server)
  const [gone = '', ...left] = largest(server)
  await remove(client, [gone])
  assert.ok(await until(() => entries(server).length === 1))
  await server.kill()
  loseDatabase(server.dataDir)
  const told = await rebuilt(server.dataDir)
  assert.deepEqual(told.gone, [{ bucket: 'proof', key: gone }])
  assert.deepEqual([told.found, told.objects, told.damagedBlobs], [0, 0, 0])
  await server.restart()
  assert.equal((await client.keys()).length, count - 1)
  for (const key of left) await client.expect(key, `${key}#1`)
})

test('a write that was refused does not come back, though its bytes lay in a pack', async () => {
  await using server = await startServer({ env })
  using client = new Objects(server)
  await client.send({ method: 'PUT', path: '/proof' })
  await sync(server)
  const headers = { 'if-none-match': '*' }
  const winners = new Map<string, string>()
  const put = async (key: string, tag: string): Promise<void> => {
    const { status } = await client.send({ path: `/proof/${key}`, body: bodyOf(tag, big), headers })
    assert.ok(status === 200 || status === 412 || status === 409, String(status))
    if (status !== 200) return
    assert.ok(!winners.has(key), 'two were told that they are first')
    winners.set(key, tag)
  }
  const keys = Array.from({ length: 12 }, (_, index) => `k${index}`)
  const racers = ['a', 'b', 'c', 'd']
  await Promise.all(racers.flatMap((racer) => keys.map((key) => put(key, `${key}#${racer}`))))
  await server.kill()
  loseDatabase(server.dataDir)
  const told = await rebuilt(server.dataDir)
  assert.deepEqual([told.objects, told.older, told.damagedBlobs], [keys.length, 0, 0])
  await server.restart()
  for (const key of keys) await client.expect(key, winners.get(key) ?? assert.fail())
})

/** Of the queue, those that wait for their pack. */
function entries({ dataDir }: TestServer): readonly unknown[] {
  const db = new DatabaseSync(join(dataDir, 'metadata.sqlite'), { readOnly: true })
  try {
    return db.prepare('SELECT 1 FROM reclaim WHERE unlinked = 9007199254740991').all()
  } finally {
    db.close()
  }
}
