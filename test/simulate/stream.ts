/** Large objects pass through, in and out again, many times over one another: memory does not follow their size, nor do files stay. */
import { createHash, type Hash } from 'node:crypto'
import { request, type IncomingMessage } from 'node:http'
import { once } from 'node:events'
import { Readable } from 'node:stream'
import { settled } from '../crash/audit.ts'
import { Client } from '../crash/client.ts'
import { clockOf, type Proof, type Run, type Scale } from '../crash/proof.ts'
import { signRequest, type RequestPlan } from '../harness/sign.ts'
import { Stage } from './stage.ts'

interface Size {
  /** In and out together. */
  readonly mebibytes: number
  readonly ofEach: number
}

const scales: Readonly<Record<Scale, Size>> = {
  ci: { mebibytes: 256, ofEach: 64 },
  nightly: { mebibytes: 8192, ofEach: 512 },
  release: { mebibytes: 102_400, ofEach: 4096 },
}
const mebibyte = 2 ** 20
/** The bar: so much more than before the first large object. */
const growthMiBMax = 64
const path = '/stream/large'

export async function proveStream(run: Run): Promise<Proof> {
  await using stage = await Stage.open({})
  using client = new Client(stage)
  await client.send({ method: 'PUT', path: '/stream' })
  const { mebibytes, ofEach } = scales[run.scale]
  const stream = new Stream(stage)
  // The pieces that every upload and download shares are there from now on.
  await stream.round(16)
  stream.begin()
  const hasTime = clockOf(run)
  const { figures, violations } = stream
  while (hasTime() && figures.mebibytes < mebibytes && violations.length === 0) {
    await stream.round(ofEach)
    run.progress(`${JSON.stringify(figures)}, ${violations.length} violations`)
  }
  await client.send({ method: 'DELETE', path })
  const { missing, orphans, blobs } = await settled(stage.data)
  violations.push(...[...missing, ...orphans].map((name) => `${name} is missing, or an orphan`))
  if (blobs > 0) violations.push(`${blobs} files are left`)
  return { figures, violations: [...violations, ...stage.said] }
}

class Stream {
  readonly violations: string[] = []
  readonly figures = { mebibytes: 0, objects: 0, residentMiB: 0, residentMiBMax: 0 }
  readonly #stage: Stage

  constructor(stage: Stage) {
    this.#stage = stage
  }

  /** What is compared with from here on. */
  begin(): void {
    this.figures.mebibytes = 0
    this.figures.objects = 0
    this.figures.residentMiB = this.#resident()
    this.figures.residentMiBMax = this.figures.residentMiB
  }

  /** One object in over the one before, and out again. */
  async round(mebibytes: number): Promise<void> {
    const [sent, got] = [createHash('sha1'), createHash('sha1')]
    const headers = { 'content-length': String(mebibytes * mebibyte) }
    const put = await this.#ask({ method: 'PUT', path, headers }, this.#bytes(mebibytes, sent))
    if (put.statusCode !== 200) this.violations.push(`a put: ${put.statusCode}`)
    put.resume()
    const answer = await this.#ask({ path })
    let sizeBytes = 0
    for await (const chunk of answer as AsyncIterable<Buffer>) {
      got.update(chunk)
      sizeBytes += chunk.length
    }
    if (sizeBytes !== mebibytes * mebibyte || got.digest('hex') !== sent.digest('hex'))
      this.violations.push(`${sizeBytes} bytes came back, and not those that were sent`)
    this.figures.objects += 1
    this.figures.mebibytes += 2 * mebibytes
    this.#look()
  }

  /** No two of them alike. */
  *#bytes(mebibytes: number, hash: Hash): Generator<Buffer> {
    const piece = Buffer.alloc(mebibyte, `object ${this.figures.objects}|`)
    for (let index = 0; index < mebibytes; index++) {
      const bytes = Buffer.from(piece)
      bytes.writeUInt32BE(index)
      hash.update(bytes)
      if (index % 64 === 0) this.#look()
      yield bytes
    }
  }

  async #ask(plan: RequestPlan, body?: Generator<Buffer>): Promise<IncomingMessage> {
    const signed = await signRequest(this.#stage, { ...plan, payload: 'unsigned' })
    const headers = Object.fromEntries(signed.headers)
    const { host, port } = this.#stage
    const sent = request({ host, port, method: signed.method, path: signed.target, headers })
    const answered = once(sent, 'response')
    if (body === undefined) sent.end()
    else Readable.from(body).pipe(sent)
    const [answer] = (await answered) as [IncomingMessage]
    return answer
  }

  #look(): void {
    const residentMiB = this.#resident()
    this.figures.residentMiBMax = Math.max(this.figures.residentMiBMax, residentMiB)
    const grown = residentMiB - this.figures.residentMiB
    if (this.figures.residentMiB > 0 && grown > growthMiBMax)
      this.violations.push(`memory grew by ${grown} MiB`)
  }

  #resident(): number {
    return Math.round(this.#stage.use().residentBytes / mebibyte)
  }
}
