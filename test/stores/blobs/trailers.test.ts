/** A large blob that is read in stretches: its trailer is proven once, and its blocks every time. */
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { open, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { systemChance } from '../../../src/base/chance.ts'
import { BlobNames, type BlobId } from '../../../src/base/ids.ts'
import { mebibyte } from '../../../src/base/limits.ts'
import { nodeFileSystem } from '../../../src/stores/blobs/file-system.ts'
import { BlobCorrupt, BlobMissing } from '../../../src/stores/blobs/store.ts'
import { keptBytesMax, Trailers } from '../../../src/stores/blobs/trailers.ts'
import { about, inChunks, read, streamed } from '../../contracts/blob-store.ts'
import { freshFolder, openIn } from './fresh.ts'

const names = new BlobNames(0x1f, systemChance)
const sizeBytes = 40 * mebibyte
const stretch = { offset: 5 * mebibyte + 7, lengthBytes: 4096 }
const whole = { offset: 0, lengthBytes: sizeBytes }

async function flipByte(path: string, position: number): Promise<void> {
  const file = await open(path, 'r+')
  const byte = Buffer.alloc(1)
  await file.read(byte, 0, 1, position)
  await file.write(Buffer.from([byte.readUInt8() ^ 1]), 0, 1, position)
  await file.close()
}

test('the trailer of a large blob is read once for all stretches, and proven again for the whole', async () => {
  const directory = await freshFolder()
  let reads = 0
  const store = await openIn(directory, {
    ...nodeFileSystem,
    open: async (path) => {
      const file = await nodeFileSystem.open(path)
      const uncounted: typeof file.read = Reflect.get(file, 'read')
      const counted = (...asked: Parameters<typeof file.read>): Promise<number> => {
        reads += 1
        return Reflect.apply(uncounted, file, asked)
      }
      return Object.assign(file, { read: counted })
    },
  })
  const id = names.next()
  const bytes = randomBytes(sizeBytes)
  await store.put(id, inChunks(bytes, mebibyte), about)
  const wanted = bytes.subarray(stretch.offset, stretch.offset + stretch.lengthBytes)
  const readsOf = async (): Promise<number> => {
    reads = 0
    assert.ok((await streamed(store, id, stretch)).equals(wanted))
    return reads
  }
  assert.deepEqual([await readsOf(), await readsOf(), await readsOf()], [2, 1, 1])

  const [name] = (await readdir(directory, { recursive: true })).filter((path) => path.endsWith(id))
  assert.ok(name)
  const path = join(directory, name)
  const headerBytes = 4096
  // A sum in the trailer.
  await flipByte(path, headerBytes + sizeBytes + 3)
  assert.equal(await readsOf(), 1)
  await assert.rejects(read(store, id, whole), BlobCorrupt)
  await flipByte(path, headerBytes + sizeBytes + 3)
  await flipByte(path, headerBytes + stretch.offset)
  await assert.rejects(read(store, id, stretch), BlobCorrupt)
  await store.remove(id)
  await assert.rejects(read(store, id, stretch), BlobMissing)
})

test('what is kept is bounded, and what was not asked for the longest goes first', () => {
  const trailers = new Trailers()
  const keep = (sumBytes: number): BlobId => {
    const id = names.next()
    const [sums, closing] = [Buffer.alloc(sumBytes), Buffer.alloc(0)]
    trailers.keep({ id, sizeBytes: 1, headerBytes: 4096, sums, closing })
    return id
  }
  const [first, second] = [keep(keptBytesMax / 2), keep(keptBytesMax / 2)]
  assert.ok(trailers.find(first))
  const third = keep(1)
  assert.equal(trailers.find(second), undefined)
  assert.ok(trailers.find(first) && trailers.find(third))
  trailers.forget(first)
  keep(keptBytesMax - 1)
  assert.ok(trailers.find(third))
})
