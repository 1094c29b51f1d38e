/** What was acknowledged survives SIGKILL, a failed write ends everything, and a second process is kept out. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { openSqliteMetadata } from '../../../src/stores/metadata/sqlite.ts'
import { newObject, reclaim } from '../../contracts/metadata/scene.ts'
import { temporaryFolder } from './folder.ts'
import { scribe } from './scribe.ts'

const program = fileURLToPath(new URL('scribe.ts', import.meta.url))

/** Runs until it has acknowledged `count` calls, then dies in the middle of the next ones. */
async function killedAfter(file: string, count: number, life: number): Promise<string[]> {
  const child = spawn(process.execPath, [program, file, String(life)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const acknowledged: string[] = []
  for await (const line of createInterface({ input: child.stdout })) {
    acknowledged.push(line)
    if (acknowledged.length === count) child.kill('SIGKILL')
  }
  if (child.signalCode === null && child.exitCode === null) await once(child, 'exit')
  return acknowledged
}

it('has every acknowledged call after SIGKILL, and a greater epoch', async () => {
  await using folder = await temporaryFolder()
  const acknowledged: string[] = []
  for (const life of [1, 2, 3]) {
    acknowledged.push(...(await killedAfter(folder.file, 300, life)))
  }
  await using store = await openSqliteMetadata({ file: folder.file })
  assert.equal(store.epoch, 4)
  const bucket = await store.getBucket(scribe.bucket)
  assert.ok(bucket !== undefined)
  assert.ok(acknowledged.length >= 900)
  for (const line of acknowledged) {
    const [kind = '', name = ''] = line.split(' ')
    if (kind === 'object') {
      const found = await store.getObject(bucket.id, name)
      assert.equal(Buffer.from(found?.bytes ?? []).toString(), name)
    } else {
      assert.equal((await store.getObject(bucket.id, name))?.row.partCount, 2, name)
      assert.equal((await store.getReceipt(name))?.requestHash, 'hash')
    }
  }
})

it('leaves no WAL behind when it is closed, and finds all of it again', async () => {
  await using folder = await temporaryFolder()
  const first = await openSqliteMetadata({ file: folder.file })
  const bucket = await first.createBucket({
    name: 'b',
    owner: 'o',
    created: 1,
    attributes: { region: '', configurations: {} },
  })
  assert.ok('id' in bucket)
  const put = first.putObject(newObject(bucket.id, 'k'), {})
  await first[Symbol.asyncDispose]()
  await put
  assert.equal(existsSync(`${folder.file}-wal`), false)
  await assert.rejects(first.getBucket('b'), /closed/)
  await assert.rejects(first.deleteBucket(bucket.id), /closed/)
  await using second = await openSqliteMetadata({ file: folder.file })
  assert.equal(second.epoch, first.epoch + 1)
  assert.deepEqual((await second.getObject(bucket.id, 'k'))?.row, await put)
})

it('keeps out whoever comes second', async () => {
  await using folder = await temporaryFolder()
  {
    await using first = await openSqliteMetadata({ file: folder.file })
    await assert.rejects(openSqliteMetadata({ file: folder.file }), /another ashlar process/)
    const child = spawn(process.execPath, [program, folder.file, '1'], {
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    const said = await Array.fromAsync(child.stderr)
    assert.match(said.join(''), /another ashlar process uses this data folder/)
    assert.equal(first.epoch, 1)
  }
  await using after = await openSqliteMetadata({ file: folder.file })
  assert.equal(after.epoch, 2)
})

it('resolves nothing any more after a failed write, and has what was acknowledged before', async () => {
  await using folder = await temporaryFolder()
  // A limit on the size of a file makes the WAL's next write fail, as a full or broken disk would.
  const limited = `trap '' XFSZ; ulimit -f 1500; exec "$0" "$@"`
  const child = spawn(
    'bash',
    ['-c', limited, process.execPath, program, folder.file, '1', 'tell'],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  )
  const lines = await Array.fromAsync(createInterface({ input: child.stdout }))
  const fatal = lines.findIndex((line) => line.startsWith('fatal'))
  assert.ok(fatal > 0, lines.slice(-3).join('\n'))
  const later = lines.slice(fatal + 1)
  assert.deepEqual(
    later.filter((line) => line.startsWith('object')),
    [],
  )
  assert.deepEqual(
    later.filter((line) => line.startsWith('fatal')),
    [],
  )
  assert.ok(later.includes('read rejected'))
  assert.ok(later.includes('write rejected'))
  await using store = await openSqliteMetadata({ file: folder.file })
  const bucket = await store.getBucket(scribe.bucket)
  for (const line of lines.slice(0, fatal)) {
    const [kind, name = ''] = line.split(' ')
    if (kind !== 'object') continue
    assert.notEqual(await store.getObject(bucket?.id ?? 0, name), undefined)
  }
  const clock = { time: Number.MAX_SAFE_INTEGER - 1, now: () => clock.time }
  assert.deepEqual(await reclaim({ store, clock, bucket: bucket ?? assert.fail() }), [])
})
