/** Syncs are timed where they succeed, files and folders apart, and everything else passes through. */
import assert from 'node:assert/strict'
import { it } from 'node:test'
import { Histogram } from '../../../src/base/histogram.ts'
import { nodeFileSystem } from '../../../src/stores/blobs/file-system.ts'
import { timedSyncs } from '../../../src/stores/blobs/timed-syncs.ts'
import { about, inChunks } from '../../contracts/blob-store.ts'
import { blob } from '../../contracts/metadata/scene.ts'
import { freshFolder, openIn } from './fresh.ts'

it('times each sync of a file and of a folder once', async () => {
  const seconds = { now: 0 }
  const meters = { files: new Histogram([1, 10]), folders: new Histogram([1, 10]) }
  const slow = {
    ...nodeFileSystem,
    syncFolder: async (path: string): Promise<void> => {
      seconds.now += 5
      await nodeFileSystem.syncFolder(path)
    },
  }
  const blobs = await openIn(
    await freshFolder(),
    timedSyncs(slow, meters, () => seconds.now),
  )
  const bytes = Buffer.alloc(100_000, 7)
  await blobs.put(blob(1), inChunks(bytes, 10_000), about)
  const [quick, late, latest] = meters.folders.cells
  assert.deepEqual([quick, latest], [0, 0])
  assert.ok((late ?? 0) >= 1)
  assert.equal(meters.folders.cells.at(-1), (late ?? 0) * 5)
  const files = [...meters.files.cells].slice(0, -1)
  assert.equal(
    files.reduce((sum, count) => sum + count, 0),
    1,
  )
  const got = await Array.fromAsync(blobs.get(blob(1), { offset: 0, lengthBytes: bytes.length }))
  assert.deepEqual(Buffer.concat(got), bytes)
})

it('does not count a sync that failed', async () => {
  const meters = { files: new Histogram([1]), folders: new Histogram([1]) }
  const failing = { ...nodeFileSystem, syncFolder: () => Promise.reject(new Error('EIO')) }
  const timed = timedSyncs(failing, meters, () => 0)
  await assert.rejects(timed.syncFolder('/'), /EIO/)
  assert.deepEqual([...meters.folders.cells], [0, 0, 0])
})
