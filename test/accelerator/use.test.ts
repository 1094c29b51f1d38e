/** How the accelerator is found, and that who is given it uses it, whatever it leaves undone. */
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { closeSync, existsSync, openSync, readSync, writeSync } from 'node:fs'
import { mkdtemp, open, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { findAccelerator, type Accelerator } from '../../src/base/accelerator.ts'
import { systemChance } from '../../src/base/chance.ts'
import { BlobNames } from '../../src/base/ids.ts'
import { createKernels } from '../../src/base/kernels/kernels.ts'
import { createServer } from '../../src/index.ts'
import { silentLog, type Log } from '../../src/observe/log.ts'
import { acceleratorFor } from '../../src/server/acceleration.ts'
import { blockSumsWith, blockBytes } from '../../src/stores/blobs/block-checksum.ts'
import { openBlobExaminer } from '../../src/stores/blobs/examiner.ts'
import { nodeFiles } from '../../src/stores/blobs/file-system.ts'
import { openFileBlobs } from '../../src/stores/blobs/files.ts'
import { BlobCorrupt } from '../../src/stores/blobs/store.ts'
import { about, inChunks, read } from '../contracts/blob-store.ts'
import { acceleratorHere } from '../harness/acceleration.ts'

let folder = ''
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ashlar-accelerator-'))
})
after(() => rm(folder, { recursive: true }))

test('one that is not there, not wanted or not usable is none, and says why', async () => {
  const absent = findAccelerator('auto', join(folder, 'absent.node'))
  assert.deepEqual(absent, { accelerator: undefined, told: 'off, not built', isBroken: false })
  const garbage = join(folder, 'garbage.node')
  await writeFile(garbage, 'no program')
  const broken = findAccelerator('auto', garbage)
  assert.equal(broken.accelerator, undefined)
  assert.ok(broken.isBroken)
  assert.match(broken.told, /^off: .*garbage\.node/)
  assert.deepEqual(findAccelerator('off', garbage).told, 'off')
  const other = join(folder, 'other.cjs')
  await writeFile(other, 'module.exports = { revision: -1 }')
  const old = findAccelerator('auto', other)
  assert.deepEqual([old.accelerator, old.isBroken], [undefined, true])
  assert.match(old.told, /another state/)
})

test('a start warns of one that cannot be used, and of nothing else', async () => {
  const garbage = join(folder, 'unusable.node')
  await writeFile(garbage, 'no program')
  const said: string[] = []
  const log: Log = {
    ...silentLog,
    info: (_, sentence) => said.push(sentence),
    warn: (_, sentence) => said.push(`warn ${sentence}`),
  }
  acceleratorFor({ accelerator: 'off' }, log)
  acceleratorFor({ accelerator: 'auto' }, log, garbage)
  assert.equal(said.length, 1)
  assert.match(said[0] ?? '', /^warn accelerator off: .*npm run accelerator/)
})

/** In the place of the real one: a share of what is asked for is at hand, the rest of the memory is spoilt; and counts. */
function standIn(share: number): { accelerator: Accelerator; calls: Map<string, number> } {
  const summed = blockSumsWith(createKernels())
  const calls = new Map<string, number>()
  const count = (name: string): unknown => calls.set(name, (calls.get(name) ?? 0) + 1)
  const accelerator: Accelerator = {
    blockSums: (bytes, size, sums) => {
      count('blockSums')
      assert.equal(size, blockBytes)
      sums.set(summed(bytes))
    },
    openCached: (path) => {
      count('openCached')
      return share > 0 && existsSync(path) ? openSync(path, 'r') : -1
    },
    readCached: (descriptor, into, position) => {
      count('readCached')
      into.fill(0xdb)
      return readSync(descriptor, into, 0, Math.floor(into.length * share), position)
    },
  }
  return { accelerator, calls }
}

for (const share of [0, 0.4, 1]) {
  test(`bytes and rot are told when ${share} of a read is at hand`, async () => {
    const directory = await mkdtemp(join(folder, 'blobs-'))
    const { accelerator, calls } = standIn(share)
    const files = nodeFiles({ accelerator })
    const onFatal = (error: unknown): never => assert.fail(String(error))
    await using store = await openFileBlobs({ directory, onFatal, fileSystem: files, accelerator })
    const names = new BlobNames(5, systemChance)
    for (const sizeBytes of [1, 300_000, 1_048_576, 5_000_001]) {
      const id = names.next()
      const bytes = randomBytes(sizeBytes)
      await store.put(id, inChunks(bytes, 65_536), about)
      const whole = { offset: 0, lengthBytes: sizeBytes }
      const middle = { offset: sizeBytes >> 1, lengthBytes: (sizeBytes + 1) >> 1 }
      assert.ok((await read(store, id, whole)).equals(bytes))
      assert.ok((await read(store, id, middle)).equals(bytes.subarray(sizeBytes >> 1)))
      const at = (sizeBytes * 3) >> 2
      await flipBit((await openBlobExaminer(directory)).path(id), 4096 + at)
      const block = Math.floor(at / blockBytes)
      await assert.rejects(read(store, id, whole), (error) => {
        assert.ok(error instanceof BlobCorrupt)
        assert.match(error.message, new RegExp(`^block ${block} of blob ${id} `))
        return true
      })
    }
    assert.ok((calls.get('openCached') ?? 0) > 8)
    assert.ok((calls.get('readCached') ?? 0) > 8)
    assert.ok((calls.get('blockSums') ?? 0) > 8)
  })
}

async function flipBit(path: string, at: number): Promise<void> {
  await using file = await open(path, 'r+')
  const byte = Buffer.alloc(1)
  await file.read(byte, 0, 1, at)
  await file.write(Buffer.of((byte[0] ?? 0) ^ 4), 0, 1, at)
}

test('what is cached is read at once, and no more than there is', async (t) => {
  const { accelerator } = acceleratorHere()
  if (accelerator === undefined) return t.skip('skipped: it is not built')
  const path = join(folder, 'cached')
  const bytes = randomBytes(200_000)
  await writeFile(path, bytes)
  await using file = await open(path)
  const into = Buffer.alloc(300_000, 0xdb)
  const count = accelerator.readCached(file.fd, into, 1000)
  // A file system that cannot tell what it has at hand answers 0.
  if (count === 0) t.diagnostic('nothing was at hand here')
  assert.ok(count <= 199_000)
  assert.ok(into.subarray(0, count).equals(bytes.subarray(1000, 1000 + count)))
  assert.ok(into.subarray(count).every((byte) => byte === 0xdb))
  assert.equal(accelerator.readCached(file.fd, into, 200_000), 0)
  assert.equal(accelerator.readCached(0x7fff_fff0, into, 0), 0)
  assert.throws(() => accelerator.readCached(-1, into, 0), TypeError)
  assert.throws(() => accelerator.readCached(2 ** 31, into, 0), RangeError)
  assert.throws(() => accelerator.readCached(file.fd, into, -1), TypeError)
})

test('what the kernel knows is opened at once, and nothing else is', async (t) => {
  const { accelerator } = acceleratorHere()
  if (accelerator === undefined) return t.skip('skipped: it is not built')
  const path = join(folder, 'known')
  await writeFile(path, 'known')
  const descriptor = accelerator.openCached(path)
  // Older kernels, and some that guard what a process may ask, do not know the question.
  if (descriptor < 0) t.diagnostic('nothing was opened at once here')
  else {
    const into = Buffer.alloc(10)
    assert.equal(readSync(descriptor, into), 5)
    assert.throws(() => writeSync(descriptor, 'changed'), { code: 'EBADF' })
    closeSync(descriptor)
  }
  assert.equal(accelerator.openCached(`${path}\0.more`), -1)
  assert.equal(accelerator.openCached(join(folder, 'unknown')), -1)
  assert.equal(accelerator.openCached(`${folder}${'/.'.repeat(3000)}/known`), -1)
  assert.throws(() => Reflect.apply(accelerator.openCached, undefined, [7]), TypeError)
})

test('a server says what it has', async () => {
  for (const accelerator of ['off', 'auto'] as const) {
    const data = await mkdtemp(join(folder, 'data-'))
    await using server = await createServer({ data, listen: '127.0.0.1:0', accelerator })
    assert.equal(server.accelerator, findAccelerator(accelerator).told)
  }
})
