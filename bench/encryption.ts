/**
 * What encryption costs the server's processor: parts of 8 MiB, 16 at a time, and objects of 64 MiB that are read, each
 * method against plain bytes.
 *
 * All of it in one server and in turns, so that whatever else the machine does falls on every method alike; the time is the
 * server's own, user and system, from the kernel, and so is not what this client takes.
 */
import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { Agent, request, type IncomingMessage } from 'node:http'
import { mebibyte } from '../src/base/limits.ts'
import { startServer, type TestServer } from '../test/harness/server.ts'
import { signRequest, type RequestPlan } from '../test/harness/sign.ts'
import { median, type Measured } from './measured.ts'

const partBytes = 8 * mebibyte
const partsAtATime = 16
const parts = 32
const objectParts = 8
const readsAtATime = 4
const reads = 16
const roundsUsual = 9
const goal = 25
/** Of the clock in which Linux tells processor time (USER_HZ). */
const ticksPerSecond = 100

type Headers = Readonly<Record<string, string>>

interface Method {
  readonly name: string
  /** With CreateMultipartUpload. */
  readonly begin: Headers
  /** With every part and every read. */
  readonly each: Headers
}

const server = 'x-amz-server-side-encryption'
const customer = sseCustomer(randomBytes(32))
const plain: Method = { name: 'plain', begin: {}, each: {} }
const methods: readonly Method[] = [
  { name: 'SSE-S3', begin: { [server]: 'AES256' }, each: {} },
  { name: 'SSE-C', begin: customer, each: customer },
  { name: 'SSE-KMS', begin: { [server]: 'aws:kms' }, each: {} },
  { name: 'DSSE-KMS', begin: { [server]: 'aws:kms:dsse' }, each: {} },
]

function sseCustomer(key: Buffer): Headers {
  return {
    [`${server}-customer-algorithm`]: 'AES256',
    [`${server}-customer-key`]: key.toString('base64'),
    [`${server}-customer-key-md5`]: createHash('md5').update(key).digest('base64'),
  }
}

/** Nanoseconds of the server's processor for each byte. */
interface Costs {
  readonly put: number
  readonly get: number
}

export async function benchEncryption(rounds: number = roundsUsual): Promise<readonly Measured[]> {
  const env = { ASHLAR_SSE_C_OVER_HTTP: 'on', ASHLAR_RECLAIM_GRACE: '1' }
  await using running = await startServer({ env })
  using client = new Client(running)
  await client.send({ method: 'PUT', path: '/bench' })
  const costs = new Map<Method, Costs[]>([plain, ...methods].map((method) => [method, []]))
  // The first round is for the compiler, and is not counted.
  for (let round = 0; round <= rounds; round++) {
    for (const [method, measured] of costs) {
      const cost = await oneRound(client, method)
      if (round > 0) measured.push(cost)
    }
  }
  const plainCosts = costs.get(plain) ?? []
  return methods.flatMap((method) => compared(method, costs.get(method) ?? [], plainCosts))
}

/** Neighbours in time are compared with each other. */
function compared(
  { name }: Method,
  costs: readonly Costs[],
  plainCosts: readonly Costs[],
): Measured[] {
  const bar = name.startsWith('DSSE') ? {} : { goal }
  return (['put', 'get'] as const).map((way) => {
    const values = costs.map(
      (cost, round) => (cost[way] / (plainCosts[round]?.[way] ?? 0) - 1) * 100,
    )
    const [own, plainOwn] = [costs, plainCosts].map((all) => median(all.map((cost) => cost[way])))
    const figures = `${own?.toFixed(2)} against ${plainOwn?.toFixed(2)} CPU s/GB`
    const does = way === 'put' ? 'UploadPart of 8 MiB, 16 at a time' : 'GetObject of 64 MiB'
    const what = `${does}, ${name} (${figures}), more than plain`
    return { workload: 'encryption', what, unit: '%', values, judged: 'median', ...bar }
  })
}

async function oneRound(client: Client, { name, begin, each }: Method): Promise<Costs> {
  const path = `/bench/${name}`
  const uploadId = await client.begin(path, begin)
  const etags: string[] = []
  const part = async (number: number): Promise<void> => {
    const query = { partNumber: String(number), uploadId }
    const sent = { method: 'PUT', path, query, headers: each, body: client.bytes }
    etags[(number - 1) % objectParts] = (await client.send(sent)).etag
  }
  const put = await client.cost(parts, partsAtATime, (index) => part((index % objectParts) + 1))
  // Of parts that were sent at the same time any may have come last.
  await client.each(objectParts, objectParts, (index) => part(index + 1))
  await client.complete(path, uploadId, etags)
  const get = await client.cost(reads, readsAtATime, async () => {
    const { sizeBytes } = await client.send({ path, headers: each })
    assert.equal(sizeBytes, objectParts * partBytes)
  })
  return { put: put / (parts * partBytes), get: get / (reads * objectParts * partBytes) }
}

interface Answered {
  readonly etag: string
  readonly sizeBytes: number
  /** Of a small answer. */
  readonly text: string
}

class Client implements Disposable {
  readonly bytes = randomBytes(partBytes)
  readonly #server: TestServer
  readonly #agent = new Agent({ keepAlive: true, maxSockets: partsAtATime })

  constructor(running: TestServer) {
    this.#server = running
  }

  async send(plan: RequestPlan): Promise<Answered> {
    const signed = await signRequest(this.#server, { payload: 'unsigned', ...plan })
    const { host, port } = this.#server
    const { method, target: path } = signed
    const headers = Object.fromEntries(signed.headers)
    const sent = request({ host, port, method, path, headers, agent: this.#agent })
    sent.end(signed.body)
    const [answer] = (await once(sent, 'response')) as [IncomingMessage]
    let sizeBytes = 0
    let text = ''
    for await (const chunk of answer as AsyncIterable<Buffer>) {
      sizeBytes += chunk.length
      if (sizeBytes < 10_000) text += chunk.toString('latin1')
    }
    assert.equal(answer.statusCode, 200, text)
    return { etag: answer.headers.etag ?? '', sizeBytes, text }
  }

  async begin(path: string, headers: Headers): Promise<string> {
    const { text } = await this.send({ method: 'POST', path, query: { uploads: '' }, headers })
    return /<UploadId>([^<]+)/.exec(text)?.[1] ?? ''
  }

  async complete(path: string, uploadId: string, etags: readonly string[]): Promise<void> {
    const list = etags.map(
      (etag, index) => `<Part><PartNumber>${index + 1}</PartNumber><ETag>${etag}</ETag></Part>`,
    )
    const body = `<CompleteMultipartUpload>${list.join('')}</CompleteMultipartUpload>`
    await this.send({ method: 'POST', path, query: { uploadId }, body })
  }

  async each(count: number, atATime: number, act: (index: number) => Promise<void>): Promise<void> {
    const left = Array.from({ length: count }, (_, index) => index).values()
    const worker = async (): Promise<void> => {
      for (const index of left) await act(index)
    }
    await Promise.all(Array.from({ length: atATime }, worker))
  }

  /** Nanoseconds that the server's process worked meanwhile. */
  async cost(
    count: number,
    atATime: number,
    act: (index: number) => Promise<void>,
  ): Promise<number> {
    const before = cpuTicks(this.#server.pid)
    await this.each(count, atATime, act)
    return ((cpuTicks(this.#server.pid) - before) / ticksPerSecond) * 1e9
  }

  [Symbol.dispose](): void {
    this.#agent.destroy()
  }
}

/** User and system time, all threads (proc_pid_stat(5), fields 14 and 15). */
function cpuTicks(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ')[1]?.split(' ') ?? []
  return Number(fields[11]) + Number(fields[12])
}
