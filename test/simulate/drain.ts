/**
 * SIGTERM under load, again and again: what was under way is finished, what is acknowledged stays, the process ends in time
 * and says that all went well, and it starts again with everything.
 */
import { once } from 'node:events'
import { Agent, request, type IncomingMessage } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { settled } from '../crash/audit.ts'
import { bodyOf, differs } from '../crash/bodies.ts'
import { Client } from '../crash/client.ts'
import { chance, clockOf, workersArgs, type Proof, type Run, type Scale } from '../crash/proof.ts'
import { sealedEnv } from '../crash/sealed.ts'
import { WriterClient } from '../crash/writer-client.ts'
import { RawConnection, requestBytes } from '../harness/raw.ts'
import { startServer, type TestServer } from '../harness/server.ts'
import { signRequest } from '../harness/sign.ts'

interface Size {
  readonly cycles: number
  readonly clients: number
  /** Every so many cycles a client stands still for good: the server must not wait for it longer than it says. */
  readonly stalledEvery: number
}

const scales: Readonly<Record<Scale, Size>> = {
  ci: { cycles: 2, clients: 10, stalledEvery: Infinity },
  nightly: { cycles: 50, clients: 24, stalledEvery: 25 },
  release: { cycles: 200, clients: 64, stalledEvery: 20 },
}
const loadMs = 500
const slowBytes = 400_000
const largeBytes = 24 * 1024 * 1024
/** `drainMs` of timings.ts, and a little for the rest of the end. */
const endMsMax = 25_000
/** Without anybody who stands still it has no reason to wait that long. */
const usualEndMsMax = 20_000

export async function proveDrain(run: Run): Promise<Proof> {
  const { cycles } = scales[run.scale]
  await using server = await startServer({
    args: workersArgs(run),
    env: { ...sealedEnv, ASHLAR_RECLAIM_GRACE: '0' },
  })
  using client = new Client(server)
  await client.send({ method: 'PUT', path: '/proof' })
  await client.send({ path: '/proof/large', body: bodyOf('large', largeBytes) })
  const drain = new Drain(run, server, client)
  const hasTime = clockOf(run)
  while (hasTime() && drain.figures.cycles < cycles && drain.violations.length === 0) {
    await drain.cycle()
    run.progress(`${JSON.stringify(drain.summary())}, ${drain.violations.length} violations`)
  }
  return { figures: drain.summary(), violations: drain.violations }
}

interface SlowUpload extends AsyncDisposable {
  readonly connection: RawConnection
  readonly rest: Uint8Array
}

class Drain {
  readonly violations: string[] = []
  readonly figures = { cycles: 0, endMsMax: 0, stalled: 0 }
  readonly #size: Size
  readonly #server: TestServer
  readonly #client: Client
  readonly #writers: readonly WriterClient[]

  constructor(run: Run, server: TestServer, client: Client) {
    this.#size = scales[run.scale]
    this.#server = server
    this.#client = client
    this.#writers = Array.from(
      { length: this.#size.clients },
      (_, index) => new WriterClient(client, `w${index}`, chance(run.seed + 1 + index)),
    )
  }

  summary(): Record<string, number> {
    const acknowledged = this.#writers.reduce((sum, writer) => sum + writer.acknowledged, 0)
    return { ...this.figures, acknowledged, clients: this.#size.clients }
  }

  async cycle(): Promise<void> {
    const { figures } = this
    figures.cycles += 1
    const isStalled = figures.cycles % this.#size.stalledEvery === 0
    const working = this.#writers.map((writer) => writer.work())
    await sleep(loadMs)
    const upload = await this.#slowUpload()
    const download = await this.#slowDownload()
    await using stalled = isStalled ? await this.#slowUpload() : undefined
    if (stalled !== undefined) figures.stalled += 1
    const begun = performance.now()
    const ending = this.#server.terminate()
    // Most of the time the signal is there first; either way what is under way is finished.
    await sleep(200)
    await Promise.all([this.#finishUpload(upload), this.#finishDownload(download)])
    const code = await ending
    const endMs = Math.round(performance.now() - begun)
    figures.endMsMax = Math.max(figures.endMsMax, endMs)
    if (code !== 0) this.#wrong(`the exit code is ${code}`)
    if (endMs > (isStalled ? endMsMax : usualEndMsMax)) this.#wrong(`it takes ${endMs} ms to end`)
    await Promise.all(working)
    await this.#afterwards()
  }

  /** In the next life. */
  async #afterwards(): Promise<void> {
    await this.#server.restart()
    await Promise.all(this.#writers.map((writer) => writer.check()))
    this.violations.push(...this.#writers.flatMap((writer) => writer.violations.splice(0)))
    const heard = await this.#client.send({ path: '/proof/slow' })
    const wrong = differs(heard.body, [
      { tag: `slow-${this.figures.cycles}`, sizeBytes: slowBytes },
    ])
    if (wrong !== undefined) this.#wrong(`what was finished after the signal: ${wrong}`)
    const { missing, orphans } = await settled(this.#server.dataDir)
    for (const name of missing) this.#wrong(`${name} is missing`)
    for (const name of orphans) this.#wrong(`${name} is an orphan`)
  }

  /** Half of it is sent. */
  async #slowUpload(): Promise<SlowUpload> {
    const body = bodyOf(`slow-${this.figures.cycles}`, slowBytes)
    const plan = { path: '/proof/slow', body, headers: { expect: '100-continue' } }
    const bytes = requestBytes(await signRequest(this.#server, plan))
    const connection = await RawConnection.open(this.#server)
    connection.send(bytes.subarray(0, slowBytes / 2))
    // A request that its server has not yet read is not under way.
    await connection.continued()
    const rest = bytes.subarray(slowBytes / 2)
    return { connection, rest, [Symbol.asyncDispose]: () => connection[Symbol.asyncDispose]() }
  }

  async #finishUpload({ connection, rest }: SlowUpload): Promise<void> {
    try {
      connection.send(rest)
      const answer = await connection.answer('PUT')
      if (answer.status !== 200) this.#wrong(`an upload that was under way: ${answer.status}`)
    } catch (error) {
      this.#wrong(`an upload that was under way: ${String(error)}`)
    } finally {
      await connection[Symbol.asyncDispose]()
    }
  }

  async #slowDownload(): Promise<IncomingMessage> {
    const { method, target, headers } = await signRequest(this.#server, { path: '/proof/large' })
    const { host, port } = this.#server
    const agent = new Agent({ keepAlive: false })
    const sent = request({ host, port, agent, method, path: target, headers: headers.flat() })
    sent.end()
    const [answer] = (await once(sent, 'response')) as [IncomingMessage]
    answer.on('error', () => undefined)
    return answer
  }

  async #finishDownload(answer: IncomingMessage): Promise<void> {
    try {
      const bytes = Buffer.concat(await Array.fromAsync(answer as AsyncIterable<Buffer>))
      const wrong = differs(bytes, [{ tag: 'large', sizeBytes: largeBytes }])
      if (wrong !== undefined) this.#wrong(`a download that was under way: ${wrong}`)
    } catch (error) {
      this.#wrong(`a download that was under way: ${String(error)}`)
    }
  }

  #wrong(what: string): void {
    this.violations.push(`cycle ${this.figures.cycles}: ${what}`)
  }
}
