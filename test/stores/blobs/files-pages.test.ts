/** How a blob lies in its file: whole pages, and as few writes as there can be. */
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { stat } from 'node:fs/promises'
import { test } from 'node:test'
import { systemChance } from '../../../src/base/chance.ts'
import { BlobNames } from '../../../src/base/ids.ts'
import { mebibyte } from '../../../src/base/limits.ts'
import { openBlobExaminer } from '../../../src/stores/blobs/examiner.ts'
import { nodeFileSystem } from '../../../src/stores/blobs/file-system.ts'
import { about, inChunks, read } from '../../contracts/blob-store.ts'
import { freshFolder, openIn } from './fresh.ts'

const names = new BlobNames(0x1f, systemChance)

test('a file ends on a page where its closing may be so long, and is read alike where it may not', async () => {
  const directory = await freshFolder()
  const store = await openIn(directory)
  const closing = { sizeBytes: 1, etag: 'f'.repeat(32), checksums: {} }
  /** As long as two pages with what stands around it, where nothing is padded. */
  const even = 4096 - 8 - Buffer.byteLength(JSON.stringify(closing)) - 64
  const sizes = [1, 4096, 65_536, 70_001, mebibyte, even, even + 1, 4096 - 8 - 64]
  const ends: number[] = []
  for (const sizeBytes of sizes) {
    const id = names.next()
    const bytes = randomBytes(sizeBytes)
    await store.put(id, inChunks(bytes, 65_536), about, () => closing)
    assert.ok((await read(store, id, { offset: 0, lengthBytes: sizeBytes })).equals(bytes))
    const examiner = await openBlobExaminer(directory)
    assert.deepEqual((await examiner.describe(id)).closing, closing)
    ends.push((await stat(examiner.path(id))).size % 4096)
  }
  assert.deepEqual(ends, [0, 0, 0, 0, 0, 0, 1, 0])
})

test('a mebibyte with all that is around it is one write, in whole pages', async () => {
  const writes: number[] = []
  const store = await openIn(await freshFolder(), {
    ...nodeFileSystem,
    create: async (path) => {
      const file = await nodeFileSystem.create(path)
      const write: typeof file.write = Reflect.get(file, 'write')
      const counted = (...given: Parameters<typeof file.write>): Promise<number> => {
        writes.push(given[0].length)
        return Reflect.apply(write, file, given)
      }
      return Object.assign(file, { write: counted })
    },
  })
  const closing = { sizeBytes: mebibyte, etag: 'f'.repeat(32), checksums: {} }
  await store.put(names.next(), inChunks(randomBytes(mebibyte), 65_536), about, () => closing)
  assert.deepEqual(writes, [4096 + mebibyte + 4096])
})
