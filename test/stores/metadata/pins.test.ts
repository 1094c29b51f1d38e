/** While a pin holds, reclaim gives nothing up; what a snapshot names stays until its copy is made. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { it } from 'node:test'
import { openExaminer } from '../../../src/stores/metadata/examiner.ts'
import { PinnedSource } from '../../../src/stores/metadata/snapshot.ts'
import { openSqliteMetadata } from '../../../src/stores/metadata/sqlite.ts'
import {
  inBlob,
  newObject,
  reclaim,
  withStore,
  type Scene,
} from '../../contracts/metadata/scene.ts'
import { temporaryFolder } from './folder.ts'

async function withPinned(run: (scene: Scene, file: string) => Promise<void>): Promise<void> {
  await using folder = await temporaryFolder()
  const { file } = folder
  const open = (clock: Scene['clock'] | { now(): number }) => openSqliteMetadata({ file, clock })
  await withStore(open, (scene) => run(scene, file))
}

const put = (scene: Scene, key: string, number: number): Promise<unknown> =>
  scene.store.putObject(newObject(1, key, { locator: inBlob(number) }), {})

it('gives up nothing while pinned, and what was due as soon as it is not', () =>
  withPinned(async (scene, file) => {
    const { store, clock } = scene
    await put(scene, 'a', 1)
    const pin = new PinnedSource({ file, name: 'one', clock })
    const copy = join(file, '..', 'copy.db')
    await pin.copyTo(copy, () => undefined)
    await put(scene, 'a', 2)
    await store.deleteObject(1, 'a', {})
    assert.deepEqual(await reclaim(scene), [])
    pin.proveHeld()
    using metadata = openExaminer(copy)
    assert.deepEqual([...metadata.blobs()], [inBlob(1).blob])
    pin[Symbol.dispose]()
    assert.deepEqual(await reclaim(scene), [inBlob(1).blob, inBlob(2).blob])
  }))

it('asks for the pin in the transaction that gives up, not only when work is handed out', () =>
  withPinned(async (scene, file) => {
    const { store, clock } = scene
    await put(scene, 'a', 1)
    await store.deleteObject(1, 'a', {})
    const due = await store.claimReclaim(clock.now() + 1, 10)
    using _pin = new PinnedSource({ file, name: 'one', clock })
    assert.equal(due.length, 1)
    assert.deepEqual((await store.finishReclaim(due)).freed, [])
  }))

it('lapses by itself where its process died, and a lapsed one is no pin for its owner', () =>
  withPinned(async (scene, file) => {
    const { store, clock } = scene
    await put(scene, 'a', 1)
    using pin = new PinnedSource({ file, name: 'dead', clock })
    await store.deleteObject(1, 'a', {})
    clock.time += 1_000_000
    assert.deepEqual(await reclaim(scene), [inBlob(1).blob])
    assert.throws(() => pin.proveHeld(), /stood still/)
  }))

it('leaves no pin in the copy', () =>
  withPinned(async (scene, file) => {
    await put(scene, 'a', 1)
    using pin = new PinnedSource({ file, name: 'one', clock: scene.clock })
    const copy = join(file, '..', 'copy.db')
    await pin.copyTo(copy, () => undefined)
    const { clock } = scene
    await using again = await openSqliteMetadata({ file: copy, clock })
    await again.deleteObject(1, 'a', {})
    assert.deepEqual(await reclaim({ ...scene, store: again }), [inBlob(1).blob])
  }))
