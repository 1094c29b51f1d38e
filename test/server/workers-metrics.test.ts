/** `--admin` with `--workers 2`: the numbers are those of one server, whoever counted them and whatever became of them since. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bodyOf } from '../crash/bodies.ts'
import { Client } from '../crash/client.ts'
import type { Metrics } from '../harness/exposition.ts'
import { childrenOf } from '../harness/process.ts'
import { RawConnection, requestBytes } from '../harness/raw.ts'
import { startServer, type TestServer } from '../harness/server.ts'
import { signRequest } from '../harness/sign.ts'
import { until } from '../harness/until.ts'
import { scrape, scrapeUntil } from './scrape.ts'

const workers = 2
const args = ['--workers', String(workers), '--admin', '127.0.0.1:0']
const rounds = 5
const smallBytes = 500
const largeBytes = 64 * 1024

/** A connection each; they have gone to the workers in turn. */
async function lanesOf(server: TestServer, stack: DisposableStack): Promise<readonly Client[]> {
  const lanes = Array.from({ length: 2 * workers }, () => stack.use(new Client(server)))
  for (const lane of lanes) await lane.send({ path: '/-/live' })
  return lanes
}

/** On every lane at once: small and large objects, and questions for what is not there. */
async function work(lanes: readonly Client[]): Promise<void> {
  await Promise.all(
    lanes.map(async (lane, number) => {
      for (let round = 0; round < rounds; round++) {
        const path = `/measured/${number}-${round}`
        await lane.send({ path: `${path}-small`, body: bodyOf('small', smallBytes) })
        await lane.send({ path: `${path}-large`, body: bodyOf('large', largeBytes) })
        await lane.send({ path: `${path}-none` })
      }
    }),
  )
}

function puts(metrics: Metrics): number | undefined {
  return metrics.value('ashlar_http_requests_total', { operation: 'PutObject', status: '2xx' })
}

function isQuiet(metrics: Metrics): boolean {
  return metrics.value('ashlar_http_requests_in_flight') === 0
}

function unheard(metrics: Metrics): number {
  return metrics.samples('ashlar_worker_unheard').reduce((sum, { value }) => sum + value, 0)
}

function checkSums(metrics: Metrics, times: number): void {
  const each = 2 * workers * rounds * times
  assert.equal(puts(metrics), 2 * each)
  assert.deepEqual(
    metrics.samples('ashlar_http_errors_total').map(({ labels, value }) => [labels, value]),
    [[{ operation: 'GetObject', code: 'NoSuchKey' }, each]],
  )
  const put = { operation: 'PutObject' }
  assert.equal(metrics.value('ashlar_http_request_seconds_count', put), 2 * each)
  const bytes = each * (smallBytes + largeBytes)
  assert.equal(metrics.value('ashlar_http_received_bytes_total', put), bytes)
  assert.equal(metrics.value('ashlar_blob_sync_seconds_count', { of: 'file' }), each)
}

/** Nothing that only grows is less than it was, or gone. */
function checkRise(before: Metrics, after: Metrics): void {
  for (const { type, samples } of before.families) {
    if (type !== 'counter' && type !== 'histogram') continue
    for (const { name, labels, value } of samples) {
      const now = after.samples(name, labels).find((one) => isSame(one.labels, labels))
      const told = `${name} ${JSON.stringify(labels)}`
      assert.ok(now !== undefined && now.value >= value, `${told}: ${value}, then ${now?.value}`)
    }
  }
}

function isSame(one: Readonly<Record<string, string>>, other: typeof one): boolean {
  return Object.keys(one).length === Object.keys(other).length
}

test('the sums of both are exact; what is of one process is told of each', async () => {
  await using server = await startServer({ args })
  using stack = new DisposableStack()
  const lanes = await lanesOf(server, stack)
  await lanes[0]?.send({ method: 'PUT', path: '/measured' })
  await work(lanes)
  const metrics = await scrapeUntil(server, (now) => isQuiet(now) && unheard(now) === 0)
  checkSums(metrics, 1)
  assert.equal(metrics.value('ashlar_http_connections'), lanes.length)
  assert.equal(metrics.value('ashlar_http_connections_accepted_total'), lanes.length)
  assert.equal(metrics.value('ashlar_workers'), workers)
  assert.equal(metrics.value('ashlar_workers_serving'), workers)
  assert.equal(metrics.value('ashlar_workers_lost_total'), 0)
  assert.equal(unheard(metrics), 0)
  for (const name of ['process_resident_memory_bytes', 'ashlar_event_loop_lag_seconds_count']) {
    const told = metrics.samples(name).map(({ labels }) => labels['process'])
    assert.equal(told.length, 1 + workers, name)
    assert.deepEqual(new Set(told), new Set(['first', 'worker-1', 'worker-2']), name)
  }
  for (const path of ['/-/live', '/-/ready']) {
    const answer = await fetch(`${server.adminEndpoint}${path}`)
    assert.deepEqual([answer.status, await answer.text()], [200, 'ok\n'])
    assert.equal(answer.headers.get('x-ashlar-workers'), '2 of 2')
  }
})

test('no counter goes back when a worker is killed and replaced', async () => {
  await using server = await startServer({ args })
  using stack = new DisposableStack()
  const lanes = await lanesOf(server, stack)
  await lanes[0]?.send({ method: 'PUT', path: '/measured' })
  await work(lanes)
  let before = await scrapeUntil(server, isQuiet)
  checkSums(before, 1)
  const [victim = 0] = childrenOf(server.pid)
  process.kill(victim, 'SIGKILL')
  const isReplaced = async (): Promise<boolean> => {
    const metrics = await scrape(server)
    checkRise(before, metrics)
    before = metrics
    return (
      metrics.value('ashlar_workers_lost_total') === 1 &&
      metrics.value('ashlar_workers_serving') === workers
    )
  }
  assert.ok(await until(isReplaced))
  assert.ok(!childrenOf(server.pid).includes(victim))
  checkSums(before, 1)
  await work(await lanesOf(server, stack))
  const after = await scrapeUntil(server, isQuiet)
  checkRise(before, after)
  checkSums(after, 2)
})

test('a worker that stands still is told of, and its numbers stay', async () => {
  await using server = await startServer({ args })
  using stack = new DisposableStack()
  const lanes = await lanesOf(server, stack)
  const [one, other] = lanes
  assert.ok(one !== undefined && other !== undefined)
  await one.send({ method: 'PUT', path: '/measured' })
  await work(lanes)
  const before = await scrapeUntil(server, isQuiet)
  checkSums(before, 1)
  const [pid = 0] = childrenOf(server.pid)
  process.kill(pid, 'SIGSTOP')
  try {
    // The other one may have much to do, and not answer in time either.
    const still = await scrapeUntil(server, (now) => unheard(now) === 1)
    assert.equal(unheard(still), 1)
    checkSums(still, 1)
    assert.equal((await fetch(`${server.adminEndpoint}/-/ready`)).status, 200)
    // They are with different workers: one of them answers, and is counted.
    const more = [one, other].map((lane) => lane.send({ path: '/measured/more', body: 'x' }))
    await Promise.race(more)
    const counted = await scrapeUntil(
      server,
      (now) => puts(now) === (puts(before) ?? 0) + 1 && unheard(now) === 1,
    )
    assert.equal(puts(counted), (puts(before) ?? 0) + 1)
    assert.equal(unheard(counted), 1)
    process.kill(pid, 'SIGCONT')
    await Promise.all(more)
    const after = await scrapeUntil(server, (now) => isQuiet(now) && unheard(now) === 0)
    assert.deepEqual([puts(after), unheard(after)], [(puts(before) ?? 0) + 2, 0])
    checkRise(counted, after)
  } finally {
    process.kill(pid, 'SIGCONT')
  }
})

test('a worker that ends with the server tells everything first', async () => {
  await using server = await startServer({ args })
  using stack = new DisposableStack()
  const lanes = await lanesOf(server, stack)
  await lanes[0]?.send({ method: 'PUT', path: '/measured' })
  await work(lanes)
  const body = bodyOf('slow', largeBytes)
  const bytes = requestBytes(await signRequest(server, { path: '/measured/slow', body }))
  await using connection = await RawConnection.open(server)
  connection.send(bytes.subarray(0, -1))
  assert.ok(await until(async () => (await inFlightOf(server)) === 1))
  await work(lanes)
  const ended = server.terminate()
  assert.ok(await until(() => childrenOf(server.pid).length === 1))
  const metrics = await scrape(server)
  checkSums(metrics, 2)
  assert.equal(metrics.value('ashlar_http_requests_in_flight'), 1)
  const ready = await fetch(`${server.adminEndpoint}/-/ready`)
  assert.deepEqual([ready.status, await ready.text()], [503, 'stopping\n'])
  connection.send(bytes.subarray(-1))
  assert.equal((await connection.answer('PUT')).status, 200)
  assert.equal(await ended, 0)
})

async function inFlightOf(server: TestServer): Promise<number | undefined> {
  return (await scrape(server)).value('ashlar_http_requests_in_flight')
}
