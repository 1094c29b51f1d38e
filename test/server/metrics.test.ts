/** /metrics of a real server under a real client: n requests are counted n times, whenever it is looked at, and every name is documented. */
import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import {
  AbortMultipartUploadCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3'
import { kibibyte } from '../../src/base/limits.ts'
import type { Metrics } from '../harness/exposition.ts'
import { blobFiles } from '../crash/blob-files.ts'
import { until } from '../harness/until.ts'
import { startServer, type TestServer } from '../harness/server.ts'
import { scrape, scrapeUntil } from './scrape.ts'

const Bucket = 'measured'
const args = ['--admin', '127.0.0.1:0']
const count = 30
const small = Buffer.alloc(4 * kibibyte, 's')
const large = Buffer.alloc(64 * kibibyte, 'l')

function clientOf({ endpoint, region, keys: credentials }: TestServer): S3Client {
  return new S3Client({ endpoint, region, credentials, forcePathStyle: true, maxAttempts: 1 })
}

/** So many at once as a client has connections. */
async function times(work: (at: number) => Promise<unknown>): Promise<void> {
  await Promise.all(Array.from({ length: count }, (_, at) => work(at)))
}

function requests(metrics: Metrics, operation: string, status: string): number | undefined {
  return metrics.value('ashlar_http_requests_total', { operation, status })
}

function inFlight(metrics: Metrics): number | undefined {
  return metrics.value('ashlar_http_requests_in_flight')
}

/** `files` is how many of blobs there are: those that are written side by side share one. */
function checkCounts(metrics: Metrics, files: number): void {
  assert.equal(inFlight(metrics), 0)
  assert.equal(requests(metrics, 'PutObject', '2xx'), 2 * count)
  assert.equal(requests(metrics, 'GetObject', '2xx'), count)
  assert.equal(requests(metrics, 'GetObject', '4xx'), count)
  assert.equal(requests(metrics, 'CreateBucket', '2xx'), 1)
  assert.equal(requests(metrics, 'UploadPart', '2xx'), 1)
  assert.deepEqual(
    metrics.samples('ashlar_http_errors_total').map(({ labels, value }) => [labels, value]),
    [[{ operation: 'GetObject', code: 'NoSuchKey' }, count]],
  )
  const put = { operation: 'PutObject' }
  assert.equal(metrics.value('ashlar_http_request_seconds_count', put), 2 * count)
  const putBytes = count * (small.length + large.length)
  assert.equal(metrics.value('ashlar_http_received_bytes_total', put), putBytes)
  const errors = metrics.value('ashlar_http_sent_bytes_total', { operation: 'GetObject' }) ?? 0
  assert.ok(errors > count * large.length && errors < count * (large.length + 1000))
  assert.ok(files > 1 && files <= count + 1)
  assert.equal(metrics.value('ashlar_blob_sync_seconds_count', { of: 'file' }), files)
  assert.ok((metrics.value('ashlar_commit_group_calls_sum') ?? 0) >= 2 * count + 3)
  assert.equal(metrics.value('ashlar_buckets'), 1)
  assert.equal(metrics.value('ashlar_open_uploads'), 1)
  assert.ok((metrics.value('ashlar_http_connections') ?? 0) > 0)
}

test('every request is counted once, in scrapes that never go back', async () => {
  await using server = await startServer({ args, env: { ASHLAR_RECLAIM_GRACE: '0' } })
  const s3 = clientOf(server)
  const isOver = { yet: false }
  const scraping = (async () => {
    let before = -1
    for (let scrapes = 0; ; scrapes++) {
      const puts = requests(await scrape(server), 'PutObject', '2xx') ?? 0
      assert.ok(puts >= before && puts <= 2 * count)
      before = puts
      if (isOver.yet) return scrapes
    }
  })()
  await s3.send(new CreateBucketCommand({ Bucket }))
  await times((at) => s3.send(new PutObjectCommand({ Bucket, Key: `small-${at}`, Body: small })))
  await times((at) => s3.send(new PutObjectCommand({ Bucket, Key: `large-${at}`, Body: large })))
  await times(async (at) => {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key: `large-${at}` }))
    await Body?.transformToByteArray()
  })
  await times((at) =>
    assert.rejects(s3.send(new GetObjectCommand({ Bucket, Key: `none-${at}` })), {
      name: 'NoSuchKey',
    }),
  )
  const upload = { Bucket, Key: 'upload' }
  const { UploadId } = await s3.send(new CreateMultipartUploadCommand(upload))
  const part = { ...upload, UploadId, PartNumber: 1, Body: large }
  await s3.send(new UploadPartCommand(part))
  isOver.yet = true
  assert.ok((await scraping) > 0)

  const files = blobFiles(server.dataDir).length
  checkCounts(await scrapeUntil(server, (now) => inFlight(now) === 0), files)

  await s3.send(new AbortMultipartUploadCommand({ ...upload, UploadId }))
  await times((at) => s3.send(new DeleteObjectCommand({ Bucket, Key: `large-${at}` })))
  // What is left of a shared file may move before it goes: then there is one more.
  const reclaimedOf = (now: Metrics): number => now.value('ashlar_reclaimed_blobs_total') ?? 0
  assert.ok(await until(() => blobFiles(server.dataDir).length === 0))
  const emptied = await scrapeUntil(
    server,
    (now) => now.value('ashlar_reclaim_queue') === 0 && reclaimedOf(now) >= files,
  )
  assert.equal(emptied.value('ashlar_reclaim_queue'), 0)
  assert.equal(emptied.value('ashlar_open_uploads'), 0)
  assert.ok(reclaimedOf(emptied) >= files)
  s3.destroy()
  const alone = await scrapeUntil(server, (now) => now.value('ashlar_http_connections') === 0)
  assert.equal(alone.value('ashlar_http_connections'), 0)
})

test('the watermark, the durability and the keys of encryption', async () => {
  await using server = await startServer({
    args: [...args, '--durability', 'metadata-async', '--default-encryption', 'AES256'],
    env: { ASHLAR_DISK_RESERVE: '999999999' },
  })
  const s3 = clientOf(server)
  await assert.rejects(s3.send(new CreateBucketCommand({ Bucket })), { name: 'ServiceUnavailable' })
  const metrics = await scrapeUntil(server, (now) => inFlight(now) === 0)
  const refused = { operation: 'CreateBucket', code: 'ServiceUnavailable' }
  assert.equal(metrics.value('ashlar_http_errors_total', refused), 1)
  assert.equal(metrics.value('ashlar_disk_short'), 1)
  const reserve = metrics.value('ashlar_disk_reserve_bytes') ?? 0
  const free = metrics.value('ashlar_disk_free_bytes') ?? 0
  const whole = metrics.value('ashlar_disk_bytes') ?? 0
  assert.ok(free > 0 && free <= whole && whole < reserve)
  assert.equal(metrics.value('ashlar_durability_info', { level: 'metadata-async' }), 1)
  assert.equal(metrics.value('ashlar_key_ring_keys', { state: 'enabled' }), 1)
  assert.equal(metrics.value('ashlar_key_ring_keys', { state: 'faulty' }), 0)
  assert.equal(metrics.value('ashlar_key_ring_versions'), 1)
  s3.destroy()
})

test('a job that fails is counted, also where it has a runner of its own', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'ashlar-metrics-'))
  try {
    // Snapshots and the notes of completed uploads are kept in a folder of this name.
    await writeFile(join(dataDir, 'snapshots'), '')
    await using server = await startServer({ args: [...args, '--snapshot-interval', '1'], dataDir })
    const failed = (metrics: Metrics, job: string): number =>
      metrics.value('ashlar_job_failures_total', { job }) ?? -1
    const failing = ['snapshot', 'completions']
    const metrics = await scrapeUntil(server, (now) => failing.every((job) => failed(now, job) > 0))
    for (const job of failing) assert.ok(failed(metrics, job) > 0, job)
    for (const job of ['orphans', 'reclaim', 'quarantine', 'receipts', 'rewrap', 'scrub']) {
      assert.equal(failed(metrics, job), 0, job)
    }
  } finally {
    await rm(dataDir, { recursive: true, force: true })
  }
})

/** Rows of the tables, `name` | type | labels | …, as they are for so many workers. */
async function documented(workers: number): Promise<ReadonlyMap<string, string>> {
  const file = await readFile(join(import.meta.dirname, '../../docs/operate/metrics.md'), 'utf8')
  const page = workers > 1 ? file : file.replaceAll(/^\| `ashlar_worker.*$|\(`\w+`\)/gm, '')
  const rows = page.matchAll(/^\| `(?<name>[a-z_]+)` \| (?<type>[a-z]+) \|(?<labels>[^|]*)\|/gm)
  return new Map(
    rows.map(({ groups }) => {
      const labels = (groups?.['labels'] ?? '').matchAll(/`(\w+)`/g).map(([, label]) => label)
      return [groups?.['name'] ?? '', [groups?.['type'], ...labels].join(' ')] as const
    }),
  )
}

async function checkPage(workers: number): Promise<void> {
  await using server = await startServer({ args: [...args, '--workers', String(workers)] })
  const s3 = clientOf(server)
  await s3.send(new CreateBucketCommand({ Bucket }))
  await assert.rejects(s3.send(new GetObjectCommand({ Bucket, Key: 'none' })))
  const isDone = (now: Metrics): boolean =>
    inFlight(now) === 0 && now.value('ashlar_scrub_last_finished_timestamp_seconds') !== undefined
  await scrapeUntil(server, isDone)
  const { families } = await scrape(server, 'openmetrics')
  const found = families.map(({ name, type, samples }) => {
    const suffix = { counter: '_total', info: '_info' }[type] ?? ''
    const labels = Object.keys(samples[0]?.labels ?? {}).filter((label) => label !== 'le')
    return [`${name}${suffix}`, [type, ...labels].join(' ')] as const
  })
  const byName = (one: readonly [string, string], other: readonly [string, string]): number =>
    one[0] < other[0] ? -1 : 1
  assert.deepEqual(found.toSorted(byName), [...(await documented(workers))].toSorted(byName))
  s3.destroy()
}

for (const workers of [1, 2]) {
  test(`the page of metrics names each of them with its type and labels, and no other, with ${workers} of --workers`, () =>
    checkPage(workers))
}
