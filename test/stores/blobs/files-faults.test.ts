/** The file blob store when a call fails, and what it has synced when it answers. */
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { dirname } from 'node:path'
import { test } from 'node:test'
import { systemChance } from '../../../src/base/chance.ts'
import { BlobNames } from '../../../src/base/ids.ts'
import {
  nodeFileSystem,
  type FileSystem,
  type OpenFile,
} from '../../../src/stores/blobs/file-system.ts'
import { about, inChunks } from '../../contracts/blob-store.ts'
import { FailingNth } from '../../crash/failing-nth.ts'
import { freshFolder, openIn } from './fresh.ts'

const names = new BlobNames(0x2f, systemChance)

test('whichever call fails, no put resolves that is not whole, and a failed sync is fatal', async () => {
  const bytes = randomBytes(3_000_000)
  for (let nth = 1; ; nth++) {
    const fs = new FailingNth({ nth, code: 'EIO', writeBytesMax: 700_000 })
    const fatal: unknown[] = []
    const directory = await freshFolder()
    const store = await openIn(directory, fs.files, fatal)
    const id = names.next()
    const put = store.put(id, inChunks(bytes, 65_536), about)
    const [outcome] = await Promise.allSettled([put])
    if (fs.failed === '') {
      assert.equal(outcome?.status, 'fulfilled')
      assert.ok(nth > 8, 'the script makes several calls')
      break
    }
    assert.equal(outcome?.status, 'rejected', `call ${nth}: ${fs.failed}`)
    const sync = fs.failed.startsWith('sync')
    assert.equal(fatal.length, sync ? 1 : 0, fs.failed)
    const again = store.put(names.next(), inChunks(Buffer.from('later'), 9), about)
    if (sync) await assert.rejects(again, /failed sync/)
    else await again
    const healthy = await openIn(directory)
    assert.equal(await healthy.stat(id), undefined, fs.failed)
  }
})

test('after a failed sync no put that was under way resolves', async () => {
  let failing = false
  const fs: FileSystem = {
    ...nodeFileSystem,
    create: async (path) => {
      const file = await nodeFileSystem.create(path)
      const syncData = async (): Promise<void> => {
        if (failing) return file.syncData()
        failing = true
        throw Object.assign(new Error('planted'), { code: 'EIO' })
      }
      return {
        read: file.read.bind(file),
        write: file.write.bind(file),
        sizeBytes: file.sizeBytes.bind(file),
        close: file.close.bind(file),
        syncData,
      }
    },
  }
  const fatal: unknown[] = []
  const store = await openIn(await freshFolder(), fs, fatal)
  const puts = Array.from({ length: 8 }, () =>
    store.put(names.next(), inChunks(randomBytes(50_000), 9999), about),
  )
  const outcomes = await Promise.allSettled(puts)
  assert.ok(outcomes.every((outcome) => outcome.status === 'rejected'))
  assert.equal(fatal.length, 1)
})

test('concurrent puts into one folder share its syncs', async () => {
  const count = 64
  let syncs = 0
  let written = 0
  const all = Promise.withResolvers<void>()
  /** A file is synced beside its folder: once all of them are, every put has asked for its folder too. */
  const toldOf = (file: OpenFile): OpenFile => ({
    read: (into, position) => file.read(into, position),
    write: (bytes, position) => file.write(bytes, position),
    sizeBytes: () => file.sizeBytes(),
    syncData: () => {
      if (++written === count + 1) all.resolve()
      return file.syncData()
    },
    close: () => file.close(),
  })
  const fs: FileSystem = {
    ...nodeFileSystem,
    create: async (path) => toldOf(await nodeFileSystem.create(path)),
    syncFolder: async (path) => {
      syncs += 1
      // As slow as a disk may be: the first of them ends when all are there.
      if (written > 1) await all.promise
      await nodeFileSystem.syncFolder(path)
    },
  }
  const store = await openIn(await freshFolder(), fs)
  await store.put(names.next(), inChunks(Buffer.from('x'), 1), about)
  syncs = 0
  const puts = Array.from({ length: count }, () =>
    store.put(names.next(), inChunks(randomBytes(20_000), 9999), about),
  )
  await Promise.all(puts)
  assert.ok(syncs <= 4, `${syncs} syncs for ${count} puts`)
})

/** Knows which files and folder entries a power cut would lose now. */
class Volatile implements FileSystem {
  readonly lost = new Set<string>()

  create = async (path: string): Promise<OpenFile> => {
    this.lost.add(path)
    return this.#seen(path, await nodeFileSystem.create(path))
  }
  reopen = async (path: string): Promise<OpenFile> =>
    this.#seen(path, await nodeFileSystem.reopen(path))
  open = async (path: string): Promise<OpenFile> => nodeFileSystem.open(path)

  #seen(path: string, file: OpenFile): OpenFile {
    const bytes = `${path} (bytes)`
    return {
      read: (into, position) => file.read(into, position),
      write: (piece, position) => {
        this.lost.add(bytes)
        return file.write(piece, position)
      },
      sizeBytes: () => file.sizeBytes(),
      syncData: () => this.#sync(() => file.syncData(), [bytes]),
      close: () => file.close(),
    }
  }
  unlink = (path: string): Promise<void> => {
    this.lost.add(path)
    return nodeFileSystem.unlink(path)
  }
  makeFolder = (path: string): Promise<void> => {
    this.lost.add(path)
    return nodeFileSystem.makeFolder(path)
  }
  syncFolder = (folder: string): Promise<void> => {
    const entries = Array.from(this.lost).filter((path) => dirname(path) === folder)
    return this.#sync(
      () => nodeFileSystem.syncFolder(folder),
      entries.filter((path) => !path.endsWith('(bytes)')),
    )
  }
  readFolder = (path: string): Promise<readonly string[]> => nodeFileSystem.readFolder(path)

  /** A sync saves what was there when it began. */
  async #sync(sync: () => Promise<void>, saved: readonly string[]): Promise<void> {
    await sync()
    for (const path of saved) this.lost.delete(path)
  }
}

test('when a put or a remove resolves, a power cut loses nothing of it', async () => {
  const fs = new Volatile()
  const store = await openIn(await freshFolder(), fs)
  const ids = Array.from({ length: 20 }, () => names.next())
  await Promise.all(
    ids.map(async (id, index) => {
      await store.put(id, inChunks(randomBytes(1 + index * 90_000), 65_536), about)
      const lost = Array.from(fs.lost).filter((path) => path.includes(id))
      assert.deepEqual(lost, [])
      const folders = Array.from(fs.lost).filter((path) => !/[0-9a-f]{32}/.test(path))
      assert.deepEqual(folders, [], 'the folders above it are durable too')
    }),
  )
  await Promise.all(
    ids.map(async (id) => {
      await store.remove(id)
      assert.deepEqual(
        Array.from(fs.lost).filter((path) => path.includes(id)),
        [],
      )
    }),
  )
})

test('a want of descriptors fails a put and ends nothing', async () => {
  let isShort = true
  const fs: FileSystem = {
    ...nodeFileSystem,
    syncFolder: async (path) => {
      if (!isShort) return nodeFileSystem.syncFolder(path)
      throw Object.assign(new Error('planted'), { code: 'EMFILE', syscall: 'open' })
    },
  }
  const fatal: unknown[] = []
  const store = await openIn(await freshFolder(), fs, fatal)
  const put = (): Promise<unknown> => store.put(names.next(), inChunks(Buffer.from('x'), 9), about)
  await assert.rejects(put(), /planted/)
  isShort = false
  await put()
  assert.deepEqual(fatal, [])
})
