/** Packs: blobs that end side by side lie in one file, each of them as whole, as proven and as damaged as in a file of its own. */
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { test } from 'node:test'
import { fileOf, placeOf, type FileId } from '../../../src/base/ids.ts'
import { mebibyte } from '../../../src/base/limits.ts'
import { BlobAbsent, openBlobExaminer } from '../../../src/stores/blobs/examiner.ts'
import { BlobCopier } from '../../../src/stores/blobs/copier.ts'
import { nodeFileSystem, type FileSystem } from '../../../src/stores/blobs/file-system.ts'
import { BlobCorrupt, BlobMissing } from '../../../src/stores/blobs/store.ts'
import { about, inChunks, read } from '../../contracts/blob-store.ts'
import { freshFolder, openIn } from './fresh.ts'
import { block, filesOf, largestPack, names, page, putAll, sizes } from './pack-scene.ts'

test('blobs that end side by side share a file, and come back as they went in', async () => {
  const directory = await freshFolder()
  const store = await openIn(directory)
  const kept = await putAll(store, [...sizes, ...sizes])
  assert.ok(filesOf(kept).length < sizes.length, `${filesOf(kept).length} files`)
  const examiner = await openBlobExaminer(directory)
  for (const { id, bytes, about: said, closing } of kept) {
    assert.deepEqual(await store.stat(id), { sizeBytes: bytes.length })
    const ranges = [0, 1, page, block - 1, block, bytes.length - 1].flatMap((offset) =>
      [1, block, bytes.length - offset].map((lengthBytes) => ({ offset, lengthBytes })),
    )
    for (const { offset, lengthBytes } of ranges) {
      if (offset < 0 || lengthBytes < 0 || offset + lengthBytes > bytes.length) continue
      const found = await read(store, id, { offset, lengthBytes })
      assert.ok(found.equals(bytes.subarray(offset, offset + lengthBytes)))
    }
    assert.deepEqual(await examiner.describe(id), { about: said, closing })
    let proven = 0
    for await (const piece of examiner.prove(id)) proven += piece
    assert.ok(proven > bytes.length)
    await assert.rejects(read(store, id, { offset: 0, lengthBytes: bytes.length + 1 }), BlobMissing)
  }
  const listed = await Array.fromAsync(examiner.files())
  assert.deepEqual(listed, filesOf(kept).toSorted())
  const inFiles = await Promise.all(listed.map((file) => examiner.blobsIn(file)))
  assert.deepEqual(inFiles.flat(), kept.map(({ id }) => id).toSorted())
  const { pack, members } = largestPack(kept)
  await store.remove(pack)
  for (const { id } of members) assert.equal(await store.stat(id), undefined)
})

test('one that nobody ends beside has a file of its own, and so has a long one', async () => {
  const store = await openIn(await freshFolder())
  const [alone] = await putAll(store, [50_000])
  assert.ok(alone !== undefined && placeOf(alone.id) === undefined)
  const long = await putAll(store, [2 * mebibyte, 2 * mebibyte, 2 * mebibyte])
  assert.equal(filesOf(long).length, 3)
})

test('a name that is given is the name of a file of its own', async () => {
  const store = await openIn(await freshFolder())
  const given = Array.from({ length: 9 }, () => names.next())
  const puts = given.map((id) => store.put(id, inChunks(randomBytes(20_000), 9999), about))
  assert.deepEqual(
    (await Promise.all(puts)).map(({ id }) => id),
    given,
  )
})

test('a pack has no more blobs and no more bytes than are well moved', async () => {
  const store = await openIn(await freshFolder())
  const many = await putAll(store, Array<number>(200).fill(20_000))
  const packs = Map.groupBy(many, ({ id }) => fileOf(id))
  assert.ok(Math.max(...[...packs.values()].map((members) => members.length)) <= 64)
  const big = await putAll(store, Array<number>(30).fill(mebibyte))
  for (const members of Map.groupBy(big, ({ id }) => fileOf(id)).values()) {
    const pages = members.reduce((sum, { id }) => sum + (placeOf(id)?.pages ?? 0), 0)
    assert.ok(pages * page <= 16 * mebibyte)
  }
})

test('each is named before there is a file of it: the first by itself, the others after the first', async () => {
  const told: string[] = []
  const directory = await freshFolder()
  const watching: FileSystem = {
    ...nodeFileSystem,
    create: async (path) => {
      told.push(`made ${path.slice(-32)}`)
      return nodeFileSystem.create(path)
    },
  }
  const store = await openIn(directory, watching)
  const remembering = {
    next: (): FileId => {
      const name = names.next()
      told.push(`named ${name}`)
      return name
    },
    joins: (file: FileId): void => void told.push(`joined ${file}`),
  }
  const puts = Array.from({ length: 5 }, () =>
    store.put(remembering, inChunks(randomBytes(20_000), 9999), about),
  )
  const ids = (await Promise.all(puts)).map(({ id }) => id)
  for (const id of new Set(ids)) {
    const file = fileOf(id)
    const made = told.indexOf(`made ${file}`)
    const before = told.slice(0, made).filter((line) => line.endsWith(file))
    assert.equal(before.length, ids.filter((other) => fileOf(other) === file).length)
    assert.equal(told.slice(made + 1).filter((line) => line.endsWith(file)).length, 0)
  }
})

test('damage to one is damage to none of the others', async () => {
  const directory = await freshFolder()
  const store = await openIn(directory)
  const { pack, members } = largestPack(await putAll(store, sizes))
  const examiner = await openBlobExaminer(directory)
  const path = examiner.path(pack)
  const whole = await readFile(path)
  const ids = members.map(({ id }) => id)
  for (const { id, bytes } of members) {
    const { firstPage, pages } = placeOf(id) ?? assert.fail()
    const begin = firstPage * page
    const places = [begin + 100, begin + pages * page - 1, begin + pages * page - 200]
    if (bytes.length > 0) places.push(begin + page + (bytes.length >> 1))
    for (const at of places) {
      const damaged = Buffer.from(whole)
      damaged[at] = (damaged[at] ?? 0) ^ 1
      await writeFile(path, damaged)
      assert.deepEqual(await examiner.blobsIn(pack), ids, 'what no header explains is named')
      const found = await Promise.all(ids.map((one) => isWhole(examiner.prove(one))))
      assert.deepEqual(
        ids.filter((_, index) => found[index] === false),
        [id],
        `byte ${at}`,
      )
    }
  }
})

async function isWhole(pieces: AsyncIterable<number>): Promise<boolean> {
  try {
    await Array.fromAsync(pieces)
    return true
  } catch (error) {
    assert.ok(error instanceof BlobCorrupt || error instanceof BlobMissing)
    return false
  }
}

test('what was struck is passed over, and can still be read by who knows its place', async () => {
  const directory = await freshFolder()
  const store = await openIn(directory)
  const { pack, members } = largestPack(await putAll(store, sizes))
  const ids = members.map(({ id }) => id)
  const struck = ids.filter((_, index) => index % 2 === 0)
  const examiner = await openBlobExaminer(directory)
  await store.strike(struck)
  await store.strike(struck)
  await store.strike([])
  const left = ids.filter((id) => !struck.includes(id))
  assert.deepEqual(await examiner.blobsIn(pack), left)
  for (const id of struck) await assert.rejects(examiner.describe(id), BlobAbsent)
  for (const { id, bytes } of members)
    assert.ok((await read(store, id, { offset: 0, lengthBytes: bytes.length })).equals(bytes))
  await store.strike(left)
  assert.deepEqual(await examiner.blobsIn(pack), [])
})

test('nothing of what an earlier blob left in a buffer is written', async () => {
  const directory = await freshFolder()
  const store = await openIn(directory)
  // Buffers that were given back are full of this in tests.
  const poison = Buffer.alloc(16, 0xdb)
  for (let round = 0; round < 3; round++) {
    const kept = await putAll(store, sizes)
    const examiner = await openBlobExaminer(directory)
    for (const file of filesOf(kept)) {
      const bytes = await readFile(examiner.path(file))
      assert.ok(!bytes.includes(poison), 'a piece of memory was written')
    }
  }
})

test('a copy of a pack has its damage told blob by blob', async () => {
  const directory = await freshFolder()
  const store = await openIn(directory)
  const { pack, members } = largestPack(await putAll(store, sizes))
  const [from, to] = [
    await openBlobExaminer(directory),
    await openBlobExaminer(await freshFolder()),
  ]
  const path = from.path(pack)
  const bytes = await readFile(path)
  const [bad, ...others] = members.map(({ id }) => id)
  assert.ok(bad !== undefined)
  const { firstPage } = placeOf(bad) ?? assert.fail()
  bytes[firstPage * page + 70] = (bytes[firstPage * page + 70] ?? 0) ^ 4
  await writeFile(path, bytes)
  const copier = new BlobCopier({ from, to, link: false })
  const all = await copier.copy(pack, [bad, ...others])
  assert.deepEqual(
    all.damaged.map(({ blob }) => blob),
    [bad],
  )
  assert.ok(all.bytes > 0)
  for (const id of others) assert.ok(await isWhole(to.prove(id)))
  assert.deepEqual(await copier.copy(pack, others), { bytes: 0, damaged: [] }, 'it is there')
  // A second name of the same file would show what is struck from the first.
  const linked = await openBlobExaminer(await freshFolder())
  await new BlobCopier({ from, to: linked, link: true }).copy(pack, others)
  await store.strike(others)
  for (const id of others) assert.ok(await isWhole(linked.prove(id)))
  const nobody = names.next()
  const [missing] = (await copier.copy(nobody, [nobody])).damaged
  assert.ok(missing?.error instanceof BlobMissing)
})
