/** Snapshots in their folder: one moment each, known by their names, the newest few of them, and none of a damaged database. */
import assert from 'node:assert/strict'
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { it } from 'node:test'
import { openExaminer } from '../../../src/stores/metadata/examiner.ts'
import { openRebuilder } from '../../../src/stores/metadata/rebuilder.ts'
import {
  Changes,
  isWhole,
  pruneSnapshots,
  SnapshotDamaged,
  snapshotsIn,
  takeSnapshot,
} from '../../../src/stores/metadata/snapshots.ts'
import { openSqliteMetadata } from '../../../src/stores/metadata/sqlite.ts'
import { inBlob, newObject, withStore, type Scene } from '../../contracts/metadata/scene.ts'
import { temporaryFolder } from './folder.ts'

interface Place {
  readonly file: string
  readonly folder: string
}

async function withSnapshots(run: (scene: Scene, place: Place) => Promise<void>): Promise<void> {
  await using temporary = await temporaryFolder()
  const { file } = temporary
  const open = (clock: Scene['clock'] | { now(): number }) => openSqliteMetadata({ file, clock })
  await withStore(open, (scene) => run(scene, { file, folder: join(file, '../snapshots') }))
}

const put = (scene: Scene, key: string, number: number): Promise<unknown> =>
  scene.store.putObject(newObject(1, key, { locator: inBlob(number) }), {})

it('takes one moment beside the server, names it by its hash, and keeps the newest', () =>
  withSnapshots(async (scene, place) => {
    for (const number of [1, 2, 3]) {
      await put(scene, `k${number}`, number)
      await takeSnapshot({ ...place, now: 1_700_000_000_000 + number })
    }
    const all = await snapshotsIn(place.folder)
    assert.deepEqual(
      all.map(({ taken }) => taken - 1_700_000_000_000),
      [3, 2, 1],
    )
    for (const [index, snapshot] of all.entries()) {
      assert.ok(await isWhole(snapshot))
      assert.equal(statSync(snapshot.path).mode & 0o777, 0o600)
      using metadata = openExaminer(snapshot.path)
      assert.equal([...metadata.blobs()].length, 3 - index)
    }
    assert.equal(await pruneSnapshots(place.folder, 2), 1)
    assert.deepEqual(
      (await snapshotsIn(place.folder)).map(({ name }) => name),
      all.slice(0, 2).map(({ name }) => name),
    )
  }))

it('knows one that rotted, and leaves out what was never finished', () =>
  withSnapshots(async (scene, place) => {
    await put(scene, 'a', 1)
    const snapshot = await takeSnapshot({ ...place, now: 5 })
    const bytes = readFileSync(snapshot.path)
    bytes[5000] = (bytes[5000] ?? 0) ^ 1
    writeFileSync(snapshot.path, bytes)
    assert.equal(await isWhole(snapshot), false)
    writeFileSync(join(place.folder, '2026-01-01T00-00-00.000Z.unfinished'), bytes)
    assert.equal((await snapshotsIn(place.folder)).length, 1)
    await takeSnapshot({ ...place, now: 6 })
    assert.ok(readdirSync(place.folder).every((name) => name.endsWith('.sqlite')))
  }))

it('keeps none of a database that does not hold together', () =>
  withSnapshots(async (scene, place) => {
    for (let number = 1; number < 200; number++) await put(scene, `key${number}`, number)
    const whole = await takeSnapshot({ ...place, now: 7 })
    const bytes = readFileSync(whole.path)
    bytes.fill(0xee, bytes.length - 3 * 4096)
    const damaged = join(place.file, '../damaged.db')
    writeFileSync(damaged, bytes)
    await assert.rejects(takeSnapshot({ ...place, file: damaged, now: 8 }), SnapshotDamaged)
    assert.deepEqual(readdirSync(place.folder), [whole.name])
  }))

it('is told of changes, and of nothing else', () =>
  withSnapshots(async (scene, { file }) => {
    using changes = new Changes(file)
    const before = changes.version()
    await scene.store.expireReceipts(0)
    await scene.store.getBucket('photos')
    assert.equal(changes.version(), before)
    await put(scene, 'a', 1)
    assert.notEqual(changes.version(), before)
  }))

it('is ended early, and leaves nothing behind', () =>
  withSnapshots(async (scene, place) => {
    await put(scene, 'a', 1)
    const stop = new AbortController()
    const taking = takeSnapshot({ ...place, now: 9, signal: stop.signal })
    stop.abort()
    await assert.rejects(taking)
    assert.deepEqual(readdirSync(place.folder), [])
  }))

it('says with which epoch its life began, whatever epochs were taken since', () =>
  withSnapshots(async (scene, place) => {
    await put(scene, 'a', 1)
    const { epoch } = scene.store
    const db = new DatabaseSync(place.file)
    db.exec(`UPDATE life SET value = value + 5 WHERE name = 'epoch'`)
    db.close()
    const { path } = await takeSnapshot({ ...place, now: 11 })
    const owner = (): string => assert.fail()
    using rebuilder = openRebuilder({
      file: path,
      now: 12,
      owner,
      region: '',
      multipartEtag: owner,
    })
    assert.equal(rebuilder.epoch, epoch)
    rebuilder.finish(0)
    using metadata = openExaminer(path)
    assert.equal(metadata.epoch, epoch + 6)
  }))
