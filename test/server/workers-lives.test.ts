/** What becomes of a server of several processes when one of them ends. */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { settled } from '../crash/audit.ts'
import { filesBelow } from '../crash/blob-files.ts'
import { bodyOf, differs } from '../crash/bodies.ts'
import { Client, Unheard } from '../crash/client.ts'
import { Victims } from '../crash/victims.ts'
import { childrenOf, isAlive } from '../harness/process.ts'
import { RawConnection, requestBytes } from '../harness/raw.ts'
import { startServer, type TestServer } from '../harness/server.ts'
import { signRequest } from '../harness/sign.ts'
import { until } from '../harness/until.ts'

const workers = 2
const args = ['--workers', String(workers)]
const env = { ASHLAR_RECLAIM_GRACE: '0' }
/** So long that the first half of it is on the disk before the rest has come. */
const slowBytes = 2_500_000

test('a worker that is killed takes its own requests with it, and what it left is swept while the others go on', async () => {
  await using server = await startServer({ args, env })
  using client = new Client(server)
  await client.send({ method: 'PUT', path: '/proof' })
  const [one, other] = [await slowUpload(server, 'one'), await slowUpload(server, 'other')]
  assert.ok(await until(() => filesBelow(server.dataDir).length === 2))
  const before = childrenOf(server.pid)
  new Victims({ server, client, workers, random: Math.random }).worker()
  const answers = Promise.allSettled([finish(one, 2000), finish(other, 2000)])
  // The file of the one that was lost goes; that of the one that is still being written does not.
  assert.ok(await until(() => filesBelow(server.dataDir).length === 1))
  const codes = (await answers).map((each) => (each.status === 'fulfilled' ? each.value : 'lost'))
  const kept = codes[0] === 200 ? 'one' : 'other'
  assert.deepEqual(codes, kept === 'one' ? [200, 'lost'] : ['lost', 200])
  const found = await client.send({ path: `/proof/${kept}` })
  assert.equal(differs(found.body, [{ tag: kept, sizeBytes: slowBytes }]), undefined)
  assert.ok(await until(() => childrenOf(server.pid).length === workers))
  const now = childrenOf(server.pid)
  assert.equal(now.filter((pid) => before.includes(pid)).length, 1)
  const { orphans, missing } = await settled(server.dataDir)
  assert.deepEqual([orphans, missing], [[], []])
  assert.match(server.log(), /"signal":"SIGKILL","msg":"a worker ended and is replaced"/)
})

test('a worker is replaced, and a connection that was on its way to it when it ended is ended too', async () => {
  await using server = await startServer({ args, env })
  const [pid = 0] = childrenOf(server.pid)
  process.kill(pid, 'SIGSTOP')
  // In turn: the first or the second is handed to the worker that does not take it, and the others to the other one.
  const connections = [
    await RawConnection.open(server),
    await RawConnection.open(server),
    await RawConnection.open(server),
  ]
  const heard: string[] = []
  for (const connection of connections) {
    connection.send(`GET /-/live HTTP/1.1\r\nHost: ${server.host}:${server.port}\r\n\r\n`)
    connection.answer().then(
      ({ status }) => heard.push(String(status)),
      () => heard.push('ended'),
    )
  }
  assert.ok(await until(() => heard.length === 2))
  process.kill(pid, 'SIGKILL')
  const isReplaced = (): boolean => {
    const pids = childrenOf(server.pid)
    return pids.length === workers && !pids.includes(pid)
  }
  assert.ok(await until(isReplaced))
  assert.ok(await until(() => heard.length === connections.length))
  assert.deepEqual(heard, ['200', '200', 'ended'])
  for (const connection of connections) await connection[Symbol.asyncDispose]()
})

interface SlowUpload {
  readonly connection: RawConnection
  readonly rest: Uint8Array
}

/** Half of it is sent. */
async function slowUpload(server: TestServer, key: string): Promise<SlowUpload> {
  const plan = { path: `/proof/${key}`, body: bodyOf(key, slowBytes) }
  const bytes = requestBytes(await signRequest(server, plan))
  const connection = await RawConnection.open(server)
  connection.send(bytes.subarray(0, slowBytes / 2))
  return { connection, rest: bytes.subarray(slowBytes / 2) }
}

async function finish({ connection, rest }: SlowUpload, afterMs: number): Promise<number> {
  await using open = connection
  await sleep(afterMs)
  open.send(rest)
  return (await open.answer('PUT')).status
}

test('a server whose workers keep ending ends, and says so', async () => {
  await using server = await startServer({ args, env })
  const killed = new Set<number>()
  const killOne = (): boolean => {
    const pid = childrenOf(server.pid).find((each) => !killed.has(each))
    if (pid === undefined) return false
    killed.add(pid)
    process.kill(pid, 'SIGKILL')
    return true
  }
  for (let death = 1; death <= 6; death++) assert.ok(await until(killOne))
  assert.ok(await until(() => server.log().includes('the workers do not stay alive')))
  assert.equal(await server.terminate(), 1)
})

test('workers do not outlive the first process, and the next start works', async () => {
  await using server = await startServer({ args, env })
  using client = new Client(server)
  await client.send({ method: 'PUT', path: '/proof' })
  await client.send({ path: '/proof/kept', body: bodyOf('kept', 50_000) })
  const pids = childrenOf(server.pid)
  assert.equal(pids.length, workers)
  await server.kill()
  assert.ok(await until(() => !pids.some(isAlive)))
  await assert.rejects(client.send({ path: '/proof/kept' }), Unheard)
  await server.restart()
  const found = await client.send({ path: '/proof/kept' })
  assert.equal(differs(found.body, [{ tag: 'kept', sizeBytes: 50_000 }]), undefined)
})

test('a signal that reaches every process at once is a drain like any other', async () => {
  await using server = await startServer({ args, env })
  using client = new Client(server)
  await client.send({ method: 'PUT', path: '/proof' })
  const upload = await slowUpload(server, 'slow')
  assert.ok(await until(() => filesBelow(server.dataDir).length === 1))
  for (const pid of childrenOf(server.pid)) process.kill(pid, 'SIGTERM')
  const ending = server.terminate()
  assert.equal(await finish(upload, 300), 200)
  assert.equal(await ending, 0)
  await server.restart()
  const found = await client.send({ path: '/proof/slow' })
  assert.equal(differs(found.body, [{ tag: 'slow', sizeBytes: slowBytes }]), undefined)
})

test('what the operator can mend is said once, whichever process met it', async () => {
  const taken = createServer().listen(0, '127.0.0.1')
  await once(taken, 'listening')
  const address = taken.address()
  assert.ok(typeof address === 'object' && address !== null)
  const listen = ['--listen', `127.0.0.1:${address.port}`]
  await assert.rejects(
    startServer({ args: [...args, ...listen] }),
    /exit code 2:[^]*Cannot listen on 127\.0\.0\.1:\d+ \(EADDRINUSE\)/,
  )
  taken.close()
})

test('a sync that fails in a worker ends the whole server with 1', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'ashlar-workers-'))
  try {
    const library = join(folder, 'fail-nth.so')
    const source = join(import.meta.dirname, '../crash/fail-nth.c')
    try {
      execFileSync('gcc', ['-shared', '-fPIC', '-O2', '-o', library, source, '-ldl'])
    } catch {
      t.skip('gcc does not build the library that lets a sync fail')
      return
    }
    const dataDir = join(folder, 'data')
    const plan = join(folder, 'plan')
    const planted = { ...env, LD_PRELOAD: library, ASHLAR_FAIL: plan }
    await using server = await startServer({ args, env: planted, dataDir })
    using client = new Client(server)
    await client.send({ method: 'PUT', path: '/proof' })
    // Of blobs alone, which workers write.
    await writeFile(plan, `sync 2 ${join(dataDir, 'blobs')}\n`)
    await server.restart()
    const sent = Promise.allSettled(
      Array.from({ length: 8 }, (_, index) =>
        client.send({ path: `/proof/k${index}`, body: bodyOf(`k${index}`, 50_000) }),
      ),
    )
    assert.ok(await until(() => server.log().includes('the server ends')))
    assert.equal(await server.terminate(), 1)
    await sent
    assert.match(
      server.log(),
      /"worker":\d,"err":.*storage can no longer be trusted; the worker ends/,
    )
    await rm(plan)
    await server.restart()
    const { missing } = await settled(dataDir)
    assert.deepEqual(missing, [])
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})
