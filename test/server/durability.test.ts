/** A relaxed durability is told wherever somebody could rely on more: at the start, in the log, to monitors and with each write. */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { test } from 'node:test'
import { DatabaseSync } from 'node:sqlite'
import { promisify } from 'node:util'
import { Client } from '../crash/client.ts'
import { bodyOf } from '../crash/bodies.ts'
import { S3Error } from '../../src/model/errors.ts'
import { sayingFull } from '../../src/server/full-disk.ts'
import { lossOf } from '../../src/server/durability.ts'
import { memoryBlobs } from '../../src/stores/blobs/memory.ts'
import { durabilities } from '../../src/server/keeping-options.ts'
import { blob } from '../contracts/metadata/scene.ts'
import { about, inChunks } from '../contracts/blob-store.ts'
import { startServer } from '../harness/server.ts'
import { until } from '../harness/until.ts'

const header = 'x-ashlar-durability'

for (const level of durabilities) {
  test(`--durability ${level}: what is said of it, and that it stores and survives a kill`, async () => {
    await using server = await startServer({ args: ['--durability', level] })
    using client = new Client(server)
    const said = level === 'full' ? undefined : `relaxed; level=${level}`
    const body = bodyOf('a', 50_000)
    const made = await client.send({ method: 'PUT', path: '/proof' })
    const put = await client.send({ path: '/proof/a', body })
    const got = await client.send({ path: '/proof/a' })
    const removed = await client.send({ method: 'DELETE', path: '/proof/none' })
    const refused = await client.send({ method: 'PUT', path: '/nowhere/a', body: 'x' })
    assert.deepEqual(
      [made, put, got, removed, refused].map(({ headers }) => headers[header]),
      [said, said, undefined, said, undefined],
    )
    const ready = await fetch(`${server.endpoint}/-/ready`)
    assert.equal(ready.headers.get(header) ?? undefined, said)
    const isSaid = (): boolean => server.log().includes('durability is relaxed')
    if (level === 'full') assert.ok(!isSaid())
    else assert.ok(await until(isSaid))
    assert.equal(lossOf(level) === undefined, level === 'full')
    await server.kill()
    await server.restart()
    using again = new Client(server)
    assert.deepEqual((await again.send({ path: '/proof/a' })).body, body)
  })
}

test('a disk that turns out to be full is a 503 that says so; other errors stay what they are', async () => {
  const failing = (code: string) => ({
    ...memoryBlobs(),
    put: () => Promise.reject(Object.assign(new Error(code), { code })),
  })
  const refusal = (): S3Error => new S3Error('ServiceUnavailable', {}, 'full')
  const put = (code: string): Promise<unknown> =>
    sayingFull(failing(code), { refusal }).put(blob(1), inChunks(Buffer.alloc(1), 1), about)
  await assert.rejects(put('ENOSPC'), /full/)
  await assert.rejects(put('EDQUOT'), { status: 503 })
  await assert.rejects(put('EIO'), { message: 'EIO' })
})

test('a damaged page that a write meets ends the server with words that say what to do', async () => {
  await using server = await startServer()
  using client = new Client(server)
  await client.send({ method: 'PUT', path: '/proof' })
  await server.terminate()
  const file = join(server.dataDir, 'metadata.sqlite')
  const db = new DatabaseSync(file)
  const page = Number(
    db.prepare(`SELECT rootpage AS p FROM sqlite_schema WHERE name = 'objects'`).get()?.['p'],
  )
  db.close()
  const { open } = await import('node:fs/promises')
  const handle = await open(file, 'r+')
  await handle.write(Buffer.alloc(100, 0x77), 0, 100, (page - 1) * 4096)
  await handle.close()
  await server.restart()
  await assert.rejects(client.send({ path: '/proof/a', body: 'x' }))
  assert.ok(
    await until(() => /metadata database is damaged .* run ashlar verify/.test(server.log())),
  )
  const main = join(import.meta.dirname, '../../src/cli/main.ts')
  const words = [main, 'verify', '--json', '--data', server.dataDir]
  const ended = await promisify(execFile)(process.execPath, words).catch(
    (error: { code: number; stdout: string }) => error,
  )
  assert.equal((ended as { code: number }).code, 1)
  assert.match(ended.stdout, /"kind": "database"/)
})

test('a listing with a damaged row fails, and the log names the row; scrub status names the object', async () => {
  await using server = await startServer()
  using client = new Client(server)
  await client.send({ method: 'PUT', path: '/proof' })
  for (const key of ['a', 'b']) await client.send({ path: `/proof/${key}`, body: key })
  await server.terminate()
  const db = new DatabaseSync(join(server.dataDir, 'metadata.sqlite'))
  db.exec(
    `UPDATE objects SET record = x'01' WHERE key = 'b'; DELETE FROM life WHERE name LIKE 'x%'`,
  )
  db.close()
  const { rmSync } = await import('node:fs')
  rmSync(join(server.dataDir, 'scrub.json'), { force: true })
  await server.restart()
  using again = new Client(server)
  const listed = await again.send({ method: 'GET', path: '/proof', query: { 'list-type': '2' } })
  assert.equal(listed.status, 500)
  const main = join(import.meta.dirname, '../../src/cli/main.ts')
  const status = async (): Promise<{ code?: number; stdout: string }> =>
    promisify(execFile)(process.execPath, [
      main,
      'scrub',
      'status',
      '--data',
      server.dataDir,
    ]).catch((error: { code: number; stdout: string }) => error)
  let told = await status()
  await until(async () => {
    told = await status()
    return told.stdout.includes('1 damaged')
  })
  assert.match(told.stdout, /proof\/b: .*record/)
  assert.equal(told.code, 1)
  assert.ok(await until(() => /metadata row.*object.*\\"b\\"/.test(server.log())))
  // The damaged row goes with its key; the listing is whole again.
  assert.equal((await again.send({ method: 'DELETE', path: '/proof/b' })).status, 204)
  const whole = await again.send({ method: 'GET', path: '/proof', query: { 'list-type': '2' } })
  assert.equal(whole.status, 200)
})
