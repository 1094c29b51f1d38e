/** A sweep removes blobs of earlier lives that no row names, and leaves those of this life and of later ones alone. */
import assert from 'node:assert/strict'
import { it } from 'node:test'
import type { FileId } from '../../src/base/ids.ts'
import { OrphanJob } from '../../src/jobs/orphans.ts'
import { blob } from '../contracts/metadata/scene.ts'

const epoch = 3

class Shelf {
  readonly blobs: Set<FileId>
  readonly aside: FileId[] = []
  readonly unfinished = new Set<FileId>()
  listings = 0
  failAt = -1

  constructor(blobs: readonly FileId[]) {
    this.blobs = new Set(blobs)
  }

  async *list(): AsyncIterable<FileId> {
    this.listings += 1
    for (const [index, id] of [...this.blobs].entries()) {
      if (index === this.failAt) throw new Error('EIO')
      yield id
    }
  }

  async remove(id: FileId): Promise<void> {
    this.blobs.delete(id)
  }

  async stat(id: FileId): Promise<{ sizeBytes: number } | undefined> {
    return this.unfinished.has(id) ? undefined : { sizeBytes: 1 }
  }

  readonly setAside = async (id: FileId): Promise<void> => {
    this.blobs.delete(id)
    this.aside.push(id)
  }
}

function sweepOf(shelf: Shelf, named: readonly FileId[]): OrphanJob {
  const known = new Set(named)
  const referenced = async (ids: readonly FileId[]): Promise<ReadonlySet<FileId>> =>
    new Set(ids.filter((id) => known.has(id)))
  return new OrphanJob({ metadata: { epoch, referenced }, blobs: shelf, setAside: shelf.setAside })
}

it('removes what an earlier life left without a row', async () => {
  const kept = [blob(1, 1), blob(2, 3), blob(3, 4)]
  const shelf = new Shelf([...kept, blob(4, 1), blob(5, 2)])
  const job = sweepOf(shelf, [blob(1, 1)])
  assert.equal(await job.step(), false)
  assert.deepEqual([...shelf.blobs], kept)
})

it('keeps the bytes of what was finished, and not of what was never acknowledged', async () => {
  const shelf = new Shelf([blob(1, 1), blob(2, 1)])
  shelf.unfinished.add(blob(2, 1))
  const job = sweepOf(shelf, [])
  await job.step()
  assert.deepEqual([...shelf.blobs], [])
  assert.deepEqual(shelf.aside, [blob(1, 1)])
  assert.deepEqual(job.swept, { removed: 1, setAside: 1 })
})

it('sweeps nothing while an index is known to be damaged', async () => {
  const shelf = new Shelf([blob(1, 1)])
  const metadata = { epoch, referenced: async () => new Set<FileId>() }
  const parts = { metadata, blobs: shelf, setAside: shelf.setAside }
  const damaged = { is: true }
  const job = new OrphanJob({ ...parts, isIndexDamaged: () => damaged.is })
  await job.step()
  assert.equal(shelf.blobs.size, 1)
  damaged.is = false
  await job.step()
  assert.equal(shelf.blobs.size, 0)
})

it('sweeps in pieces, and once in each life', async () => {
  const shelf = new Shelf(Array.from({ length: 1000 }, (_, index) => blob(index, 1)))
  const job = sweepOf(shelf, [])
  let steps = 1
  while (await job.step()) steps += 1
  assert.equal(shelf.blobs.size, 0)
  assert.ok(steps > 3)
  assert.equal(await job.step(), false)
  assert.equal(shelf.listings, 1)
})

it('removes what a process beside this one left when it ended, and not what another one is writing', async () => {
  const living = blob(1, 5)
  const shelf = new Shelf([living, blob(2, 4)])
  const metadata = { epoch, referenced: async () => new Set<FileId>() }
  const ended = new Set<number>()
  const job = new OrphanJob({ metadata, blobs: shelf, setAside: shelf.setAside, ended })
  await job.step()
  assert.equal(shelf.blobs.size, 2)
  ended.add(4)
  await job.step()
  assert.deepEqual([...shelf.blobs], [living])
  await job.step()
  assert.equal(shelf.listings, 2)
})

it('sweeps once more for who ended while a sweep was under way', async () => {
  const shelf = new Shelf(Array.from({ length: 600 }, (_, index) => blob(index, 4)))
  const metadata = { epoch, referenced: async () => new Set<FileId>() }
  const ended = new Set<number>()
  const job = new OrphanJob({ metadata, blobs: shelf, setAside: shelf.setAside, ended })
  assert.equal(await job.step(), true)
  ended.add(4)
  while (await job.step());
  assert.ok(shelf.blobs.size > 0)
  while (await job.step());
  assert.equal(shelf.blobs.size, 0)
})

it('begins again after a listing that failed', async () => {
  const shelf = new Shelf([blob(1, 1), blob(2, 1)])
  const job = sweepOf(shelf, [])
  shelf.failAt = 1
  await assert.rejects(job.step(), /EIO/)
  shelf.failAt = -1
  assert.equal(await job.step(), false)
  assert.equal(shelf.blobs.size, 0)
})
