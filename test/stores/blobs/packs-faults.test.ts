/** A pack whose writing or sync fails, or takes several calls. */
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { mebibyte } from '../../../src/base/limits.ts'
import {
  nodeFileSystem,
  type FileSystem,
  type OpenFile,
} from '../../../src/stores/blobs/file-system.ts'
import { about, inChunks, read } from '../../contracts/blob-store.ts'
import { freshFolder, openIn } from './fresh.ts'
import { largestPack, naming, page, putAll, sizes } from './pack-scene.ts'

/** A file system whose files take what `write` says. */
function writing(through: (file: OpenFile) => Partial<OpenFile>): FileSystem {
  return {
    ...nodeFileSystem,
    create: async (path) => {
      const file = await nodeFileSystem.create(path)
      const plain: OpenFile = {
        read: (...asked) => file.read(...asked),
        write: (...given) => file.write(...given),
        sizeBytes: () => file.sizeBytes(),
        syncData: () => file.syncData(),
        close: () => file.close(),
      }
      return { ...plain, ...through(file) }
    },
  }
}

test('whatever one call takes of a pack, all of it is written', async () => {
  for (const taken of [0, 1, page, 3 * page + 5, 10 * mebibyte]) {
    const short = writing((file) => ({
      write: (bytes, position) => file.write(bytes.subarray(0, 30_000), position),
      writeMany: async (pieces, position) => {
        const all = Buffer.concat(pieces).subarray(0, taken)
        return all.length === 0 ? 0 : file.write(all, position)
      },
    }))
    const store = await openIn(await freshFolder(), short)
    for (const { id, bytes } of await putAll(store, sizes)) {
      const found = await read(store, id, { offset: 0, lengthBytes: bytes.length })
      assert.ok(found.equals(bytes), `${taken} bytes at first`)
    }
  }
})

test('a pack that cannot be written fails each of its puts, and leaves nothing', async () => {
  const full = Object.assign(new Error('no space left'), { code: 'ENOSPC' })
  let isFull = true
  const failing = writing((file) => ({
    writeMany: async (pieces, position) => {
      if (isFull) throw full
      return file.write(Buffer.concat(pieces), position)
    },
  }))
  const directory = await freshFolder()
  const fatal: unknown[] = []
  const store = await openIn(directory, failing, fatal)
  const bodies = Array.from({ length: 6 }, () => randomBytes(30_000))
  const puts = bodies.map((bytes) => store.put(naming, inChunks(bytes, 9999), about))
  const ended = await Promise.allSettled(puts)
  const failed = ended.filter((put) => put.status === 'rejected' && put.reason === full)
  const whole = ended.filter((put) => put.status === 'fulfilled')
  assert.ok(failed.length > 1)
  assert.equal(failed.length + whole.length, puts.length)
  assert.equal((await Array.fromAsync(store.list())).length, whole.length)
  assert.deepEqual(fatal, [])
  isFull = false
  largestPack(await putAll(store, sizes))
})

test('a sync of a pack that fails is the end of the process, for all of its puts', async () => {
  const lost = Object.assign(new Error('EIO'), { code: 'EIO', syscall: 'fdatasync' })
  const fatal: unknown[] = []
  const failing = writing(() => ({ syncData: () => Promise.reject(lost) }))
  const store = await openIn(await freshFolder(), failing, fatal)
  const puts = Array.from({ length: 6 }, () =>
    store.put(naming, inChunks(randomBytes(30_000), 9999), about),
  )
  for (const put of await Promise.allSettled(puts)) assert.equal(put.status, 'rejected')
  assert.ok(fatal.length > 0 && fatal.every((error) => error === lost))
})
