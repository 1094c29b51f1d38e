/** The file blob store: the contract, what a crash or a rotten disk leaves, and puts side by side. */
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { readFile, readdir, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { free } from '../../../src/base/free.ts'
import { systemChance } from '../../../src/base/chance.ts'
import { BlobNames, type BlobId } from '../../../src/base/ids.ts'
import { decodeHeader } from '../../../src/stores/blobs/files-format.ts'
import { bigReadersMax } from '../../../src/stores/blobs/files-reader.ts'
import { openBlobExaminer } from '../../../src/stores/blobs/examiner.ts'
import { BlobCorrupt, BlobMissing, type BlobStore } from '../../../src/stores/blobs/store.ts'
import { about, blobStoreContract, inChunks, read } from '../../contracts/blob-store.ts'
import { freshFolder, openIn } from './fresh.ts'

const names = new BlobNames(0x1f, systemChance)

blobStoreContract('files', async () => openIn(await freshFolder()))

/** The only file of a store. */
async function onlyFile(directory: string): Promise<string> {
  const files = await readdir(directory, { recursive: true, withFileTypes: true })
  const file = files.find((entry) => entry.isFile())
  assert.ok(file !== undefined)
  return join(file.parentPath, file.name)
}

/** A store with one blob, and the blob's file. */
async function oneBlob(
  sizeBytes: number,
): Promise<{ store: BlobStore; id: BlobId; bytes: Buffer; path: string }> {
  const directory = await freshFolder()
  const store = await openIn(directory)
  const id = names.next()
  const bytes = randomBytes(sizeBytes)
  await store.put(id, inChunks(bytes, 65_536), about)
  return { store, id, bytes, path: await onlyFile(directory) }
}

test('a blob says in its header what it is', async () => {
  const { id, path } = await oneBlob(10)
  const header = decodeHeader(await readFile(path))
  assert.deepEqual(header, { id, headerBytes: 4096, about })
  assert.match(path, /\/0000001f\/000000\/[0-9a-f]{32}$/)
})

test('a header takes as many pages as it needs', async () => {
  const directory = await freshFolder()
  const store = await openIn(directory)
  const id = names.next()
  const wordy = { ...about, attributes: { words: 'x'.repeat(9000) } }
  const bytes = randomBytes(3_000_000)
  await store.put(id, inChunks(bytes, 65_536), wordy)
  assert.ok((await read(store, id, { offset: 0, lengthBytes: bytes.length })).equals(bytes))
  const header = decodeHeader(await readFile(await onlyFile(directory)))
  assert.equal(header.headerBytes, 3 * 4096)
  assert.deepEqual(header.about, wordy)
})

test('a flipped bit anywhere in the data is found before its byte is sent', async () => {
  for (const sizeBytes of [20_000, 900_000]) {
    const { store, id, bytes, path } = await oneBlob(sizeBytes)
    const whole = await readFile(path)
    for (let round = 0; round < 24; round++) {
      const at =
        round === 0 ? 0 : round === 1 ? sizeBytes - 1 : randomBytes(4).readUInt32BE() % sizeBytes
      const rotten = Buffer.from(whole)
      rotten[4096 + at] = (rotten[4096 + at] ?? 0) ^ (1 << (round % 8))
      await writeFile(path, rotten)
      let received = 0
      await assert.rejects(async () => {
        for await (const chunk of store.get(id, { offset: 0, lengthBytes: sizeBytes })) {
          assert.ok(bytes.subarray(received, received + chunk.length).equals(chunk))
          received += chunk.length
        }
      }, BlobCorrupt)
      assert.ok(received <= at)
      const range = { offset: 0, lengthBytes: sizeBytes }
      await assert.rejects(async () => store.get(id, range).inHand?.(), BlobCorrupt)
      const other = at < sizeBytes / 2 ? sizeBytes - 1 : 0
      if (Math.floor(other / 65_536) !== Math.floor(at / 65_536)) {
        const far = await read(store, id, { offset: other, lengthBytes: 1 })
        assert.equal(far[0], bytes[other], 'a block that is whole can still be read')
      }
    }
  }
})

test('bytes that prove themselves are given to their reader as they lie, and never fewer', async () => {
  const { store, id, bytes, path } = await oneBlob(300_000)
  const whole = await readFile(path)
  const rotten = Buffer.from(whole)
  rotten[4096 + 100_000] = (rotten[4096 + 100_000] ?? 0) ^ 1
  await writeFile(path, rotten)
  const range = { offset: 0, lengthBytes: bytes.length }
  const got = Buffer.concat(await Array.fromAsync(store.get(id, range, 'own')))
  assert.ok(got.equals(rotten.subarray(4096, 4096 + bytes.length)))
  await assert.rejects(read(store, id, range), BlobCorrupt)
  const more = store.get(id, { offset: 0, lengthBytes: bytes.length + 1 }, 'own')
  await assert.rejects(Array.fromAsync(more), BlobMissing)
})

test('what is in hand counts as read until it is freed: a reader more gets small pieces', async () => {
  const { store, id, bytes } = await oneBlob(1_048_576)
  const whole = { offset: 0, lengthBytes: bytes.length }
  const small = { offset: 70_000, lengthBytes: 200_000 }
  assert.equal(store.get(id, { offset: 1, lengthBytes: 1_048_575 + 65_536 }).inHand?.(), undefined)
  const beyond = { offset: 1_000_000, lengthBytes: 50_000 }
  await assert.rejects(async () => store.get(id, beyond).inHand?.(), BlobMissing)
  const held = await Promise.all(
    Array.from({ length: bigReadersMax }, async () => store.get(id, whole).inHand?.()),
  )
  assert.ok(held.every((piece) => piece !== undefined && bytes.equals(piece)))
  assert.equal(store.get(id, whole).inHand?.(), undefined)
  const piece = await store.get(id, small).inHand?.()
  assert.ok(piece !== undefined && bytes.subarray(70_000, 270_000).equals(piece))
  for (const each of [piece, held[0], held[0]]) free(each ?? Buffer.alloc(0))
  const again = await store.get(id, whole).inHand?.()
  assert.ok(again !== undefined && bytes.equals(again))
  assert.equal(store.get(id, whole).inHand?.(), undefined, 'freed twice is freed once')
})

test('the more readers there are, the less does each of them hold', async () => {
  const { store, id, bytes } = await oneBlob(1_048_576)
  const whole = { offset: 0, lengthBytes: bytes.length }
  const readers = Array.from({ length: 70 }, () => store.get(id, whole)[Symbol.asyncIterator]())
  const heard: Buffer[][] = []
  for (const reader of readers) heard.push([(await reader.next()).value as Buffer])
  const sizes = [...Array<number>(16).fill(1024), ...Array<number>(48).fill(256)]
  assert.deepEqual(
    heard.map(([piece]) => (piece?.length ?? 0) / 1024),
    [...sizes, 64, 64, 64, 64, 64, 64],
  )
  for (const [index, reader] of readers.entries()) {
    for (let step = await reader.next(); step.done !== true; step = await reader.next())
      heard[index]?.push(step.value as Buffer)
  }
  assert.ok(heard.every((pieces) => bytes.equals(Buffer.concat(pieces))))
})

test('a flipped bit anywhere in the trailer is found', async () => {
  const { store, id, path } = await oneBlob(200_000)
  const whole = await readFile(path)
  for (let at = 4096 + 200_000; at < whole.length; at++) {
    const rotten = Buffer.from(whole)
    rotten[at] = (rotten[at] ?? 0) ^ (1 << (at % 8))
    await writeFile(path, rotten)
    await assert.rejects(read(store, id, { offset: 0, lengthBytes: 1 }), {
      name: /^Blob(Corrupt|Missing)$/,
    })
  }
})

test('a file cut anywhere, as a crash leaves it, holds no blob', async () => {
  const { store, id, path } = await oneBlob(300_000)
  const whole = await readFile(path)
  for (const left of [0, 1, 63, 4095, 4096, 65_536, 4096 + 300_000, whole.length - 1]) {
    await writeFile(path, whole)
    await truncate(path, left)
    await assert.rejects(read(store, id, { offset: 0, lengthBytes: 1 }), BlobMissing)
    assert.equal(await store.stat(id), undefined)
    assert.deepEqual(
      await Array.fromAsync(store.list()),
      [id],
      'an unfinished blob is listed for reclaim',
    )
  }
})

test('two files changed for each other are found', async () => {
  const directory = await freshFolder()
  const store = await openIn(directory)
  const [one, two] = [names.next(), names.next()]
  await store.put(one, inChunks(Buffer.from('one'), 3), about)
  const path = await onlyFile(directory)
  await writeFile(path.replace(one, two), await readFile(path))
  await assert.rejects(read(store, two, { offset: 0, lengthBytes: 3 }), BlobCorrupt)
})

async function* filled(value: number, breaks: boolean): AsyncGenerator<Uint8Array> {
  for (let chunk = 0; chunk < 40; chunk++) {
    yield Buffer.alloc(50_000 + value, value)
    if (breaks && chunk === 25 + (value % 10)) throw new Error('broken off')
  }
}

test('many puts that break off and many that do not never share bytes', async () => {
  const store = await openIn(await freshFolder())
  const ids = Array.from({ length: 60 }, () => names.next())
  const puts = ids.map((id, index) => store.put(id, filled(index + 1, index % 3 === 0), about))
  const outcomes = await Promise.allSettled(puts)
  for (const [index, id] of ids.entries()) {
    assert.equal(outcomes[index]?.status, index % 3 === 0 ? 'rejected' : 'fulfilled')
    if (index % 3 === 0) continue
    const sizeBytes = 40 * (50_000 + index + 1)
    const back = await read(store, id, { offset: 0, lengthBytes: sizeBytes })
    assert.ok(back.every((byte) => byte === index + 1))
  }
})

/** Reads a range piece after piece, holds each for a while as a slow network would, and gives its memory back. */
async function readSlowly(store: BlobStore, stored: Stored, turn: number): Promise<void> {
  const { id, bytes } = stored
  const offset = (turn * 131_071) % bytes.length
  const end = turn % 3 === 0 ? bytes.length : offset + ((turn * 92_821) % (bytes.length - offset))
  let position = offset
  for await (const piece of store.get(id, { offset, lengthBytes: end - offset })) {
    const expected = bytes.subarray(position, position + piece.length)
    position += piece.length
    for (let look = 0; look < 3; look++) {
      assert.ok(Buffer.compare(piece, expected) === 0, `reader ${turn}, look ${look}`)
      await setImmediate()
    }
    // Some leave while more is being read for them, and some forget to give anything back.
    if (turn % 7 === 0) return
    if (turn % 11 !== 0) free(piece)
  }
  assert.equal(position, end, `reader ${turn}`)
}

interface Stored {
  readonly id: BlobId
  readonly bytes: Buffer
}

test('readers that give their memory back, in any company, see their own bytes only', async () => {
  const store = await openIn(await freshFolder())
  const sizes = [90_000, 262_144, 700_000, 1_048_576, 1_048_577, 1_110_000, 3_500_000]
  const stored = sizes.map((size) => ({ id: names.next(), bytes: randomBytes(size) }))
  for (const { id, bytes } of stored) await store.put(id, inChunks(bytes, 65_536), about)
  for (const readers of [1, 10, 80]) {
    const turns = Array.from({ length: readers }, (_, turn) => turn)
    const reading = turns.flatMap((turn) => {
      const one = stored[turn % stored.length]
      return one === undefined ? [] : [readSlowly(store, one, turn)]
    })
    await Promise.all(reading)
  }
})

test('a blob says at its end what only its end tells; a damaged word of it is no word', async () => {
  for (const sizeBytes of [20_000, 2_500_000]) {
    const directory = await freshFolder()
    const store = await openIn(directory)
    const examiner = await openBlobExaminer(directory)
    const [plain, closed] = [names.next(), names.next()]
    const bytes = randomBytes(sizeBytes)
    const closing = { sizeBytes, etag: 'e'.repeat(32), checksums: { CRC32: 'AAAAAA==' } }
    const told: string[] = []
    const watched = async function* (): AsyncGenerator<Uint8Array> {
      yield* inChunks(bytes, 65_536)
      told.push('bytes')
    }
    await store.put(plain, inChunks(bytes, 65_536), about)
    await store.put(closed, watched(), about, () => {
      told.push('closing')
      return closing
    })
    assert.deepEqual(told, ['bytes', 'closing'])
    assert.deepEqual(await examiner.describe(plain), { about, closing: undefined })
    assert.deepEqual(await examiner.describe(closed), { about, closing })
    assert.ok((await read(store, closed, { offset: 0, lengthBytes: sizeBytes })).equals(bytes))
    // One bit of the ETag.
    const path = examiner.path(closed)
    const file = await readFile(path)
    const at = file.lastIndexOf('eeee')
    file[at] = (file[at] ?? 0) ^ 1
    await writeFile(path, file)
    await assert.rejects(examiner.describe(closed), BlobCorrupt)
    await truncate(path, file.length - 1)
    await assert.rejects(examiner.describe(closed), BlobMissing)
  }
})
