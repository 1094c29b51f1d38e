/** `--workers 2`: whichever process a connection has come to, it is one server. */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { Agent, request, type IncomingMessage } from 'node:http'
import { once } from 'node:events'
import { after, before, test } from 'node:test'
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3'
import { Upload } from '@aws-sdk/lib-storage'
import { audit, settled } from '../crash/audit.ts'
import { bodyOf, differs } from '../crash/bodies.ts'
import { Client, element } from '../crash/client.ts'
import { childrenOf } from '../harness/process.ts'
import { startServer, type TestServer } from '../harness/server.ts'
import { signRequest } from '../harness/sign.ts'
import { until } from '../harness/until.ts'

const partBytes = 5 * 1024 * 1024
let server: TestServer
/** Each has a connection of its own; the connections go to the workers in turn. */
let lanes: readonly Client[]

before(async () => {
  server = await startServer({ args: ['--workers', '2'], env: { ASHLAR_RECLAIM_GRACE: '0' } })
  lanes = Array.from({ length: 4 }, () => new Client(server))
  for (const lane of lanes) await lane.send({ path: '/-/live' })
  await lane(0).send({ method: 'PUT', path: '/proof' })
})
after(async () => {
  for (const each of lanes) each[Symbol.dispose]()
  await server.stop()
})

function lane(number: number): Client {
  const found = lanes[number % lanes.length]
  assert.ok(found !== undefined)
  return found
}

test('two processes serve beside the first, and monitors are told so', async () => {
  assert.equal(childrenOf(server.pid).length, 2)
  for (const path of ['/-/live', '/-/ready'])
    for (const each of lanes) {
      const heard = await each.send({ path })
      assert.deepEqual([heard.status, heard.headers['x-ashlar-workers']], [200, '2 of 2'])
    }
  const other = await lane(0).send({ path: '/-/capabilities' })
  assert.equal(other.headers['x-ashlar-workers'], undefined)
})

test('the AWS SDK finds one server', async () => {
  const s3 = new S3Client({
    endpoint: server.endpoint,
    region: server.region,
    credentials: server.keys,
    forcePathStyle: true,
  })
  const Bucket = 'sdk'
  await s3.send(new CreateBucketCommand({ Bucket }))
  const keys = Array.from({ length: 24 }, (_, index) => `k${String(index).padStart(2, '0')}`)
  const sizeOf = (key: string): number => (key.endsWith('3') ? 100_000 : 500)
  await Promise.all(
    keys.map((Key) =>
      s3.send(new PutObjectCommand({ Bucket, Key, Body: bodyOf(Key, sizeOf(Key)) })),
    ),
  )
  const listed = await s3.send(new ListObjectsV2Command({ Bucket }))
  assert.deepEqual(
    listed.Contents?.map(({ Key }) => Key),
    keys,
  )
  await Promise.all(
    keys.map(async (Key) => {
      const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key }))
      const found = Buffer.from((await Body?.transformToByteArray()) ?? [])
      assert.equal(differs(found, [{ tag: Key, sizeBytes: sizeOf(Key) }]), undefined)
    }),
  )
  const Body = bodyOf('large', 3 * partBytes)
  await new Upload({ client: s3, params: { Bucket, Key: 'large', Body } }).done()
  const large = await s3.send(new GetObjectCommand({ Bucket, Key: 'large' }))
  assert.deepEqual(Buffer.from((await large.Body?.transformToByteArray()) ?? []), Body)
  await Promise.all(
    [...keys, 'large'].map((Key) => s3.send(new DeleteObjectCommand({ Bucket, Key }))),
  )
  assert.equal((await s3.send(new ListObjectsV2Command({ Bucket }))).KeyCount, 0)
  s3.destroy()
})

test('a bucket, its settings and its end are seen by every worker at once', async () => {
  for (let round = 0; round < 6; round++) {
    const writer = lane(round)
    const path = `/bucket-${round}`
    const statuses = async (query: Record<string, string>): Promise<readonly number[]> =>
      Promise.all(lanes.map(async (each) => (await each.send({ path, query })).status))
    assert.deepEqual(await statuses({}), [404, 404, 404, 404])
    await writer.send({ method: 'PUT', path })
    assert.deepEqual(await statuses({ cors: '' }), [404, 404, 404, 404])
    assert.deepEqual(await statuses({}), [200, 200, 200, 200])
    for (const origin of ['https://one.example', 'https://other.example']) {
      const rule = `<CORSRule><AllowedMethod>GET</AllowedMethod><AllowedOrigin>${origin}</AllowedOrigin></CORSRule>`
      const body = `<CORSConfiguration>${rule}</CORSConfiguration>`
      const md5 = createHash('md5').update(body).digest('base64')
      const headers = { 'content-md5': md5 }
      const put = await writer.send({ path, query: { cors: '' }, headers, body })
      assert.equal(put.status, 200)
      for (const each of lanes) {
        const heard = await each.send({ path, query: { cors: '' } })
        assert.equal(element(heard, 'AllowedOrigin'), origin)
        const asked = { origin, 'access-control-request-method': 'GET' }
        const preflight = await each.send({ method: 'OPTIONS', path, headers: asked })
        assert.equal(preflight.headers['access-control-allow-origin'], origin)
      }
    }
    await writer.send({ method: 'DELETE', path })
    assert.deepEqual(await statuses({}), [404, 404, 404, 404])
  }
})

test('parts that came through different workers are completed by any of them', async () => {
  const path = '/proof/parts'
  const begun = await lane(0).send({ method: 'POST', path, query: { uploads: '' } })
  const uploadId = element(begun, 'UploadId')
  const sizes = [partBytes, partBytes, partBytes, 70_000]
  const tags = sizes.map((_, index) => `part-${index + 1}`)
  const sent = await Promise.all(
    sizes.map((size, index) => {
      const query = { uploadId, partNumber: String(index + 1) }
      return lane(index).send({ path, query, body: bodyOf(tags[index] ?? '', size) })
    }),
  )
  for (const each of lanes) {
    const listed = await each.send({ path, query: { uploadId } })
    assert.equal(listed.body.toString().split('<Part>').length - 1, 4)
  }
  const list = sent.map(
    ({ headers }, index) =>
      `<Part><PartNumber>${index + 1}</PartNumber><ETag>${headers.etag}</ETag></Part>`,
  )
  const body = `<CompleteMultipartUpload>${list.join('')}</CompleteMultipartUpload>`
  const plan = { method: 'POST', path, query: { uploadId }, body }
  const completed = await Promise.all(lanes.map((each) => each.send(plan)))
  assert.deepEqual(
    completed.map(({ status }) => status),
    [200, 200, 200, 200],
  )
  assert.equal(new Set(completed.map((heard) => element(heard, 'ETag'))).size, 1)
  for (const each of lanes) {
    const found = await each.send({ path })
    const pieces = tags.map((tag, index) => ({ tag, sizeBytes: sizes[index] ?? 0 }))
    assert.equal(differs(found.body, pieces), undefined)
  }
})

test('of many that put on one condition exactly one wins', async () => {
  for (let round = 0; round < 5; round++) {
    const racers = Array.from({ length: 32 }, (_, racer) =>
      lane(racer).send({
        path: `/proof/won-${round}`,
        headers: { 'if-none-match': '*' },
        body: bodyOf(`racer-${racer}`, 300),
      }),
    )
    const codes = (await Promise.all(racers)).map(({ status }) => status)
    assert.equal(codes.filter((status) => status === 200).length, 1, String(codes))
    assert.ok(codes.every((status) => [200, 409, 412].includes(status)))
  }
})

test('reclaim leaves alone what a worker still sends', async () => {
  const path = '/proof/sent'
  const tags = ['sent-1', 'sent-2', 'sent-3']
  const begun = await lane(0).send({ method: 'POST', path, query: { uploads: '' } })
  const uploadId = element(begun, 'UploadId')
  const listed: string[] = []
  for (const [index, tag] of tags.entries()) {
    const query = { uploadId, partNumber: String(index + 1) }
    const heard = await lane(index).send({ path, query, body: bodyOf(tag, partBytes) })
    listed.push(
      `<Part><PartNumber>${index + 1}</PartNumber><ETag>${heard.headers.etag}</ETag></Part>`,
    )
  }
  const body = `<CompleteMultipartUpload>${listed.join('')}</CompleteMultipartUpload>`
  await lane(1).send({ method: 'POST', path, query: { uploadId }, body })
  await settled(server.dataDir)
  const before = audit(server.dataDir).blobs
  const answers = [await begunGet(path), await begunGet(path)]
  await lane(2).send({ method: 'DELETE', path })
  // What was deleted after it, and what nobody reads, goes.
  await lane(3).send({ path: '/proof/canary', body: bodyOf('canary', 50_000) })
  await lane(3).send({ method: 'DELETE', path: '/proof/canary' })
  assert.ok(await until(() => audit(server.dataDir).queued <= 1))
  assert.equal(audit(server.dataDir).blobs, before)
  for (const answer of answers) {
    const bytes = Buffer.concat(await Array.fromAsync(answer as AsyncIterable<Buffer>))
    const pieces = tags.map((tag) => ({ tag, sizeBytes: partBytes }))
    assert.equal(differs(bytes, pieces), undefined)
  }
  const found = await settled(server.dataDir)
  assert.deepEqual([found.queued, found.orphans, found.missing], [0, [], []])
  assert.equal(found.blobs, before - tags.length)
})

/** An answer of which nothing is read yet, on a connection of its own. */
async function begunGet(path: string): Promise<IncomingMessage> {
  const { method, target, headers } = await signRequest(server, { path })
  const { host, port } = server
  const agent = new Agent({ keepAlive: false })
  const sent = request({ host, port, agent, method, path: target, headers: headers.flat() })
  sent.end()
  const [answer] = (await once(sent, 'response')) as [IncomingMessage]
  assert.equal(answer.statusCode, 200)
  return answer
}
