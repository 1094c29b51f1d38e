/** What is set aside is no blob any more, keeps its bytes, and goes after its time. */
import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { systemChance } from '../../../src/base/chance.ts'
import { BlobNames } from '../../../src/base/ids.ts'
import { openBlobExaminer } from '../../../src/stores/blobs/examiner.ts'
import { Quarantine } from '../../../src/stores/blobs/quarantine.ts'
import { unsynced } from '../../../src/stores/blobs/unsynced.ts'
import { nodeFileSystem, type FileSystem } from '../../../src/stores/blobs/file-system.ts'
import { about, inChunks } from '../../contracts/blob-store.ts'
import { freshFolder, openIn } from './fresh.ts'

const dayMs = 24 * 60 * 60 * 1000
const names = new BlobNames(7, systemChance)

test('a blob that is set aside is absent, its bytes are kept for a while, and then gone', async () => {
  const directory = await freshFolder()
  await using blobs = await openIn(directory)
  const id = names.next()
  await blobs.put(id, inChunks(Buffer.alloc(5000, 'x'), 1000), about)
  const examiner = await openBlobExaminer(directory)
  const clock = { time: 20_000 * dayMs + 1000, now: (): number => clock.time }
  const aside = join(await freshFolder(), 'quarantine')
  const pathOf = examiner.path.bind(examiner)
  const quarantine = new Quarantine({ directory: aside, pathOf, clock })
  await quarantine.setAside(id)
  await quarantine.setAside(id)
  assert.equal(await blobs.stat(id), undefined)
  const kept = join(aside, '2024-10-04', id)
  assert.equal(readFileSync(kept).includes('xxxx'), true)
  clock.time += 2 * dayMs
  assert.deepEqual(await quarantine.expire(2 * dayMs), [])
  assert.ok(existsSync(kept))
  clock.time += dayMs
  assert.deepEqual(await quarantine.expire(2 * dayMs), ['2024-10-04'])
  assert.equal(existsSync(kept), false)
})

test('without syncs a blob is written and read as ever, and nothing is synced', async () => {
  const syncs: string[] = []
  const counting: FileSystem = {
    ...nodeFileSystem,
    create: async (path) => {
      const file = await nodeFileSystem.create(path)
      const syncData = async (): Promise<void> => void syncs.push(path)
      return {
        read: (into, position) => file.read(into, position),
        write: (bytes, position) => file.write(bytes, position),
        sizeBytes: () => file.sizeBytes(),
        syncData,
        close: () => file.close(),
      }
    },
    syncFolder: async (path) => void syncs.push(path),
  }
  const put = async (fileSystem: FileSystem): Promise<number> => {
    await using blobs = await openIn(await freshFolder(), fileSystem)
    const id = names.next()
    await blobs.put(id, inChunks(Buffer.alloc(5000, 'x'), 1000), about)
    assert.deepEqual(await blobs.stat(id), { sizeBytes: 5000 })
    await blobs.remove(id)
    return syncs.splice(0).length
  }
  assert.ok((await put(counting)) > 2)
  assert.equal(await put(unsynced(counting)), 0)
})
