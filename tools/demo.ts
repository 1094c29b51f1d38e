/**
 * `npm run demo`: the heart of Ashlar in half a minute. 256 MiB go up through the official SDK in parts out of order, one of
 * them twice; the server is killed half-way, started again, and the same upload goes on; every byte is compared.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import {
  CompleteMultipartUploadCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  GetObjectCommand,
  ListPartsCommand,
  S3Client,
  UploadPartCommand,
  type Part,
} from '@aws-sdk/client-s3'
import { startServer, type TestServer } from '../test/harness/server.ts'
import { firstDifference, partBytes, shuffled } from './demo/bytes.ts'
import { Progress } from './demo/progress.ts'

const mebibyte = 1024 * 1024
const partBytesEach = 8 * mebibyte
const partCount = 32
const atOnce = 4
const resent = 7
/** Long enough to send some bytes of a part, too short for its answer. */
const underWayMs = 25

const target = { Bucket: 'demo', Key: 'quarry.bin' }
const progress = new Progress(partCount * partBytesEach)

interface Scene {
  readonly server: TestServer
  readonly s3: S3Client
  readonly UploadId: string
}

async function main(): Promise<boolean> {
  await using server = await startServer()
  const s3 = new S3Client({
    endpoint: server.endpoint,
    region: server.region,
    credentials: server.keys,
    forcePathStyle: true,
    maxAttempts: 1,
  })
  progress.say(`A server runs at ${server.endpoint}, its data in a temporary folder.`)
  await s3.send(new CreateBucketCommand({ Bucket: target.Bucket }))
  const { UploadId = '' } = await s3.send(new CreateMultipartUploadCommand(target))
  const scene = { server, s3, UploadId }
  const order = shuffled(partCount)
  await uploadUntilKilled(scene, order)
  await uploadRest(scene, order)
  await complete(scene)
  const equal = await readBack(scene)
  s3.destroy()
  return equal
}

/** Half of the parts arrive; then the server dies while the next ones are on their way. */
async function uploadUntilKilled(scene: Scene, order: readonly number[]): Promise<void> {
  const half = order.length / 2
  progress.say(
    `${partCount} parts of ${partBytesEach / mebibyte} MiB go up, ${atOnce} at a time, in this order: ${order.join(' ')}`,
  )
  await eachOf(order.slice(0, half), (number) => upload(scene, number))
  const cut = Promise.allSettled(
    order.slice(half, half + atOnce).map((number) => upload(scene, number)),
  )
  await sleep(underWayMs)
  await scene.server.kill()
  const lost = (await cut).filter(({ status }) => status === 'rejected')
  progress.say(
    `SIGKILL after ${half} parts; ${lost.length} more were on their way and got no answer.`,
  )
}

/** What ListParts does not show is sent; one part that it shows is sent again. */
async function uploadRest(scene: Scene, order: readonly number[]): Promise<void> {
  await scene.server.restart()
  const kept = new Set((await listParts(scene)).map(({ PartNumber = 0 }) => PartNumber))
  progress.restartAt(kept.size * partBytesEach)
  progress.say(
    `Started again on the same folder: ListParts shows ${kept.size} parts of the same upload.`,
  )
  const missing = order.filter((number) => !kept.has(number))
  await eachOf(missing, (number) => upload(scene, number))
  await upload(scene, resent, Buffer.alloc(partBytesEach, 'spoiled'))
  await upload(scene, resent)
  progress.say(`Part ${resent} was sent twice more, spoiled and then right: the last one counts.`)
}

async function complete(scene: Scene): Promise<void> {
  const parts = (await listParts(scene)).map(({ PartNumber, ETag }) => ({ PartNumber, ETag }))
  const { s3, UploadId } = scene
  const from = performance.now()
  const { ETag } = await s3.send(
    new CompleteMultipartUploadCommand({ ...target, UploadId, MultipartUpload: { Parts: parts } }),
  )
  const ms = (performance.now() - from).toFixed(1)
  progress.say(`Completed ${parts.length} parts in ${ms} ms, for no byte moves. ETag ${ETag}`)
}

async function readBack({ s3 }: Scene): Promise<boolean> {
  progress.restartAt(0)
  const { Body, ContentLength } = await s3.send(new GetObjectCommand(target))
  const stream = Body as unknown as AsyncIterable<Uint8Array>
  let at = 0
  for await (const chunk of stream) {
    const different = firstDifference(chunk, at, partBytesEach)
    if (different !== undefined) {
      progress.say(`DIFFERENT: byte ${different} of the object is not what was sent.`)
      return false
    }
    at += chunk.length
    progress.add(chunk.length)
  }
  const whole = at === partCount * partBytesEach && ContentLength === at
  progress.say(
    whole
      ? `Read back ${at} bytes: every one is what was sent.`
      : `DIFFERENT: ${at} bytes came back.`,
  )
  return whole
}

async function upload(scene: Scene, number: number, spoiled?: Buffer): Promise<void> {
  const { s3, UploadId } = scene
  const Body = spoiled ?? partBytes(number, partBytesEach)
  await s3.send(new UploadPartCommand({ ...target, UploadId, PartNumber: number, Body }))
  progress.add(Body.length)
}

async function listParts({ s3, UploadId }: Scene): Promise<readonly Part[]> {
  const { Parts = [] } = await s3.send(new ListPartsCommand({ ...target, UploadId }))
  return Parts
}

/** Takes the numbers in order, `atOnce` at a time. */
async function eachOf(
  numbers: readonly number[],
  act: (number: number) => Promise<void>,
): Promise<void> {
  const queue = numbers.values()
  const lane = async (): Promise<void> => {
    for (const number of queue) await act(number)
  }
  await Promise.all(Array.from({ length: atOnce }, lane))
}

const from = performance.now()
const equal = await main()
const seconds = ((performance.now() - from) / 1000).toFixed(1)
progress.say(equal ? `Done in ${seconds} s. The folder is removed.` : `Failed after ${seconds} s.`)
process.exitCode = equal ? 0 : 1
