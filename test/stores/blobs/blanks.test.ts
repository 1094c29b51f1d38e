/** Files made ahead: who gets one needs no name synced, and nobody ever gets one whose name is not. */
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { mkdir, readdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { systemChance } from '../../../src/base/chance.ts'
import { BlobNames, type BlobId } from '../../../src/base/ids.ts'
import {
  nodeFileSystem,
  type FileSystem,
  type OpenFile,
} from '../../../src/stores/blobs/file-system.ts'
import { openFileBlobs } from '../../../src/stores/blobs/files.ts'
import type { BlobStore } from '../../../src/stores/blobs/store.ts'
import { about, inChunks, read } from '../../contracts/blob-store.ts'
import { freshFolder } from './fresh.ts'

/** What was called, and what stands in for a call once something is planted. */
interface Seen {
  created: number
  createdAhead: string[]
  folderSyncs: number
  /** Files whose names a power cut may take. */
  readonly unnamed: Set<string>
  fails: '' | 'createMany' | 'openFolder' | 'syncFolder'
  /** A sync of a folder waits for it. */
  disk: Promise<void>
  /** Whoever removes a file waits for it. */
  unlinks: Promise<void>
}

function watched(): { readonly seen: Seen; readonly files: FileSystem } {
  const seen: Seen = {
    created: 0,
    createdAhead: [],
    folderSyncs: 0,
    unnamed: new Set(),
    fails: '',
    disk: Promise.resolve(),
    unlinks: Promise.resolve(),
  }
  const fail = (name: Seen['fails'], code: string): void => {
    const syscall = name === 'openFolder' ? 'open' : name
    if (seen.fails === name) throw Object.assign(new Error('planted'), { code, syscall })
  }
  const files: FileSystem = {
    ...nodeFileSystem,
    create: (path) => {
      seen.created += 1
      seen.unnamed.add(path)
      return nodeFileSystem.create(path)
    },
    createMany: async (paths) => {
      fail('createMany', 'EMFILE')
      seen.createdAhead.push(...paths)
      for (const path of paths) seen.unnamed.add(path)
      const made: OpenFile[] = []
      for (const path of paths) made.push(await nodeFileSystem.create(path))
      return made
    },
    unlink: async (path) => {
      await seen.unlinks
      await nodeFileSystem.unlink(path)
    },
    syncFolder: async (path) => {
      fail('openFolder', 'EMFILE')
      fail('syncFolder', 'EIO')
      seen.folderSyncs += 1
      const named = [...seen.unnamed].filter((file) => dirname(file) === path)
      await seen.disk
      await nodeFileSystem.syncFolder(path)
      for (const file of named) seen.unnamed.delete(file)
    },
  }
  return { seen, files }
}

interface Store {
  readonly seen: Seen
  readonly blobs: BlobStore
  readonly names: BlobNames
  readonly directory: string
  readonly fatal: unknown[]
}

async function watchedStore(namesAfter = 0): Promise<Store> {
  const { seen, files: fileSystem } = watched()
  const names = new BlobNames(0x5a, systemChance)
  const directory = await freshFolder()
  const fatal: unknown[] = []
  const onFatal = (error: unknown): unknown => fatal.push(error)
  const blobs = await openFileBlobs({ directory, onFatal, fileSystem, names, namesAfter })
  return { seen, blobs, names, directory, fatal }
}

async function put(
  { seen, blobs, names }: Store,
  bytes: Buffer = randomBytes(70_000),
): Promise<BlobId> {
  const id = names.next()
  await blobs.put(id, inChunks(bytes, 9999), about)
  assert.ok(![...seen.unnamed].some((file) => file.endsWith(id)), 'its name is durable')
  const whole = await read(blobs, id, { offset: 0, lengthBytes: bytes.length })
  assert.ok(whole.equals(bytes))
  return id
}

async function filesIn(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true })
  return entries.filter((entry) => entry.isFile()).map((entry) => entry.name)
}

/** Time passes, also where timers stand still. */
async function turns(): Promise<void> {
  for (let turn = 0; turn < 100; turn++) await setImmediate()
}

/** As far as the files are that are made ahead. */
async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  for (let turn = 0; !(await isSo()); turn++) {
    assert.ok(turn < 2000, 'it takes too long')
    await turns()
  }
}

test('a few blobs are written without any file ahead', async () => {
  const store = await watchedStore(5)
  await using _ = store.blobs
  const { seen } = store
  for (let count = 0; count < 5; count++) await put(store)
  assert.deepEqual([seen.created, seen.createdAhead], [5, []])
  await put(store)
  await until(() => seen.createdAhead.length > 0)
  assert.equal(seen.created, 6)
})

test('files are made ahead under the names that come next, with one sync of their folder', async () => {
  const store = await watchedStore()
  await using _ = store.blobs
  const { seen } = store
  await put(store)
  await put(store)
  assert.equal(seen.createdAhead.length, 8)
  const { folderSyncs } = seen
  for (let count = 1; count < 3; count++) {
    const id = await put(store)
    assert.ok(seen.createdAhead[count]?.endsWith(id))
  }
  assert.deepEqual([seen.created, seen.folderSyncs], [1, folderSyncs])
  for (let count = 0; count < 40; count++) await put(store)
  assert.equal(seen.created, 1)
  assert.ok(seen.folderSyncs <= folderSyncs + 43 / 4 + 1, `${seen.folderSyncs} syncs`)
})

test('the more blobs are written at once, the more files are made at once', async () => {
  const store = await watchedStore()
  await using _ = store.blobs
  const { seen } = store
  for (let round = 0; round < 3; round++)
    await Promise.all(Array.from({ length: 64 }, () => put(store)))
  assert.ok(seen.createdAhead.length >= 3 * 64 - seen.created)
  assert.ok(seen.created < 20, `${seen.created} of 192 were made by their writers`)
  assert.ok((await filesIn(store.directory)).length <= 3 * 64 + 24)
})

test('no put resolves before the name of its file is durable', async () => {
  const store = await watchedStore()
  await using _ = store.blobs
  const { seen } = store
  await put(store)
  await put(store)
  const { promise, resolve } = Promise.withResolvers<void>()
  seen.disk = promise
  for (let count = 1; count < 8; count++) await put(store)
  assert.ok(seen.createdAhead.length > 8)
  const late = put(store).then(() => 'durable')
  assert.equal(await Promise.race([late, turns().then(() => 'waits')]), 'waits')
  resolve()
  assert.equal(await late, 'durable')
})

test('a name that no blob came of leaves no file', async () => {
  const store = await watchedStore()
  await put(store)
  await put(store)
  for (let count = 0; count < 50; count++) store.names.next()
  for (let count = 0; count < 20; count++) await put(store)
  assert.equal((await filesIn(store.directory)).length <= 22 + 16, true)
  assert.ok(store.seen.created <= 3, `${store.seen.created} were made by their writers`)
  await store.blobs[Symbol.asyncDispose]()
  assert.equal((await filesIn(store.directory)).length, 22)
})

test('where no file can be made ahead, whoever writes makes its own', async () => {
  const store = await watchedStore()
  await using _ = store.blobs
  const { seen } = store
  seen.fails = 'createMany'
  for (let count = 0; count < 12; count++) await put(store)
  assert.deepEqual([seen.created, store.fatal], [12, []])
  seen.fails = ''
  for (let count = 0; count < 12; count++) await put(store)
  const { created } = seen
  for (let count = 0; count < 12; count++) await put(store)
  assert.equal(seen.created, created)
})

test('where no descriptor is left for the folder, nobody finds a name taken', async () => {
  const store = await watchedStore()
  await using _ = store.blobs
  const { seen } = store
  for (let count = 0; count < 4; count++) await put(store)
  seen.fails = 'openFolder'
  const before = seen.createdAhead.length
  await Promise.allSettled(Array.from({ length: 30 }, () => put(store)))
  assert.ok(seen.createdAhead.length > before)
  seen.fails = ''
  for (let count = 0; count < 30; count++) await put(store)
  assert.deepEqual(store.fatal, [])
})

test('a sync that fails for files that nobody has asked for is fatal all the same', async () => {
  const store = await watchedStore(1)
  const { seen } = store
  await put(store)
  seen.fails = 'syncFolder'
  await assert.rejects(put(store))
  await until(() => store.fatal.length > 0)
  await assert.rejects(put(store), /failed sync/)
  await store.blobs[Symbol.asyncDispose]()
})

test('across the edge of a folder each file lies where its name says', async () => {
  const store = await watchedStore()
  await using _ = store.blobs
  await mkdir(join(store.directory, '0000005a', '000001'), { recursive: true })
  for (let count = 0; count < 1012; count++) store.names.next()
  const ids: BlobId[] = []
  for (let count = 0; count < 30; count++) ids.push(await put(store, randomBytes(10)))
  for (const id of ids) assert.deepEqual(await store.blobs.stat(id), { sizeBytes: 10 })
  const folders = new Set(ids.map((id) => Number.parseInt(id.slice(8, 16), 16) >>> 10))
  assert.deepEqual([...folders], [0, 1])
})

test('a store that is closed leaves no file that is not a blob', async () => {
  const store = await watchedStore()
  await Promise.all(Array.from({ length: 20 }, () => put(store)))
  await store.blobs[Symbol.asyncDispose]()
  assert.equal((await filesIn(store.directory)).length, 20)
})

test('a store that nobody writes to has no files waiting, and makes new ones when somebody does', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const store = await watchedStore()
  const { seen } = store
  for (let count = 0; count < 3; count++) await put(store)
  t.mock.timers.tick(10_000)
  await turns()
  assert.ok((await filesIn(store.directory)).length > 3, 'somebody wrote meanwhile')
  await put(store)
  t.mock.timers.tick(10_000)
  await turns()
  const waiting = (await filesIn(store.directory)).length - 4
  assert.ok(waiting > 0)
  // They are being removed, slowly, while somebody writes again.
  const { promise, resolve } = Promise.withResolvers<void>()
  seen.unlinks = promise
  t.mock.timers.tick(10_000)
  for (let count = 0; count < 20; count++) await put(store)
  const { created } = seen
  for (let count = 0; count < 20; count++) await put(store)
  assert.equal(seen.created, created)
  resolve()
  t.mock.timers.tick(10_000)
  t.mock.timers.tick(10_000)
  await until(async () => (await filesIn(store.directory)).length === 44)
  await store.blobs[Symbol.asyncDispose]()
})
