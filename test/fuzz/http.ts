/**
 * A real server under raw sockets that say what no client would: valid requests with faults, many in a row without waiting,
 * cut anywhere, sent in two pieces, larger than allowed, or nothing that HTTP knows. It has to answer or close, in bounded
 * time, without an error of its own, and without keeping memory or descriptors.
 */
import { chance, type Proof, type Run, type Scale } from '../crash/proof.ts'
import { descriptors, residentBytes } from '../harness/process.ts'
import { startServer, type TestServer } from '../harness/server.ts'
import { signedRequest } from '../harness/sign.ts'
import { until } from '../harness/until.ts'
import { converse, type Conversation } from './converse.ts'
import { Mutator } from './mutate.ts'
import { bucket, seedsFor } from './seeds.ts'

const requestsOf: Readonly<Record<Scale, number>> = {
  ci: 3000,
  nightly: 50_000,
  release: 1_000_000,
}
const mebibyte = 1024 * 1024
const conversationsAtOnce = 32
/** Signatures are good for a quarter of an hour. */
const seedsForMilliseconds = 120_000
const descriptorsMore = 16
const residentBytesMore = 192 * mebibyte
const millisecondsInMinute = 60_000

const words = [
  '\r\n',
  '\r\n\r\n',
  ' HTTP/1.1',
  ' HTTP/1.0',
  'Host: x\r\n',
  'Content-Length: 5\r\n',
  'Content-Length: 99999999999\r\n',
  'Transfer-Encoding: chunked\r\n',
  'Transfer-Encoding: identity, chunked\r\n',
  'Expect: 100-continue\r\n',
  'Connection: close\r\n',
  'Connection: upgrade\r\nUpgrade: websocket\r\n',
  'Authorization: AWS4-HMAC-SHA256 ',
  'x-amz-meta-__proto__: y\r\n',
  '?uploads',
  '?uploadId=',
  '&partNumber=1',
  '?delete',
  'http://evil/',
  'CONNECT ',
  'PATCH ',
  'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
]

/** What ends the reading of a head. */
// oxlint-disable-next-line no-control-regex -- control characters are what is looked for
const unreadable = /[\0-\x08\x0a-\x1f\x7f]/g

export async function proveHttp(run: Run): Promise<Proof> {
  await using server = await startServer({ env: { ASHLAR_LOG_LEVEL: 'error' } })
  const fuzz = new HttpFuzz(server, run)
  await fuzz.prepare()
  const workers = Array.from({ length: conversationsAtOnce }, () => fuzz.work())
  await Promise.all(workers)
  await fuzz.conclude()
  return { figures: fuzz.figures, violations: fuzz.violations }
}

class HttpFuzz {
  readonly violations: string[] = []
  readonly figures = {
    asked: 0,
    requests: 0,
    connections: 0,
    answers: 0,
    succeeded: 0,
    notImplemented: 0,
    longestMs: 0,
    residentMiB: 0,
    residentMiBAtFirst: 0,
    descriptors: 0,
    descriptorsAtFirst: 0,
  }
  readonly #server: TestServer
  readonly #run: Run
  readonly #random: () => number
  readonly #mutator: Mutator
  readonly #until: number
  #seeds: readonly string[] = []
  #signedAt = 0
  #uploadId = ''
  #measured = false

  constructor(server: TestServer, run: Run) {
    this.#server = server
    this.#run = run
    this.#random = chance(run.seed)
    this.#mutator = new Mutator(this.#random, words)
    this.#until = performance.now() + (run.minutes ?? Infinity) * millisecondsInMinute
    this.figures.asked = requestsOf[run.scale]
  }

  async prepare(): Promise<void> {
    await signedRequest(this.#server, { method: 'PUT', path: `/${bucket}` })
    await signedRequest(this.#server, { path: `/${bucket}/key`, body: 'some bytes' })
    const plan = { method: 'POST', path: `/${bucket}/key`, query: { uploads: '' } }
    const { text } = await signedRequest(this.#server, plan)
    this.#uploadId = /<UploadId>([^<]*)/.exec(text)?.[1] ?? ''
    await this.#sign()
  }

  async work(): Promise<void> {
    while (!this.#isOver()) {
      if (performance.now() - this.#signedAt > seedsForMilliseconds) await this.#sign()
      const requests = this.#requests()
      const bytes = requests.join('')
      const ways = { cutAt: this.#maybeAt(bytes, 0.1), pauseAt: this.#maybeAt(bytes, 0.3) }
      const reset = this.#random() < 0.02
      const heard = await converse(this.#server, { bytes, ...ways, reset })
      this.#judge(heard, bytes, requests.length)
      this.#measureFirst()
    }
  }

  async conclude(): Promise<void> {
    const { figures } = this
    const descriptorsMax = figures.descriptorsAtFirst + descriptorsMore
    // It lingers on connections that it has ended, and hears of the last ends in its own time.
    await until(() => descriptors(this.#server.pid) <= descriptorsMax)
    figures.descriptors = descriptors(this.#server.pid)
    figures.residentMiB = Math.round(residentBytes(this.#server.pid) / mebibyte)
    if (figures.descriptors > descriptorsMax)
      this.violations.push(`${figures.descriptors} descriptors are open`)
    const grown = (figures.residentMiB - figures.residentMiBAtFirst) * mebibyte
    if (grown > residentBytesMore) this.violations.push(`resident memory grew by ${grown} bytes`)
    const alive = await signedRequest(this.#server, { path: `/${bucket}`, query: { location: '' } })
    if (alive.status !== 200) this.violations.push(`afterwards the server says ${alive.status}`)
    const log = this.#server.log()
    if (/a request failed|an answer broke off/.test(log)) this.violations.push(log.slice(0, 4000))
  }

  #isOver(): boolean {
    const { requests, asked } = this.figures
    return requests >= asked || this.violations.length > 0 || performance.now() > this.#until
  }

  async #sign(): Promise<void> {
    this.#signedAt = performance.now()
    this.#seeds = await seedsFor(this.#server, this.#uploadId)
  }

  /** Up to fifteen that leave the connection whole, and one that need not: behind garbage nothing more is read. */
  #requests(): readonly string[] {
    const before = this.#random() < 0.3 ? 0 : Math.floor(this.#random() * 16)
    const gentle = Array.from({ length: before }, () => this.#gentle())
    return [...gentle, this.#wild()]
  }

  #gentle(): string {
    const { head, body } = this.#seed()
    const dice = this.#random()
    if (dice < 0.2) return head + body
    return dice < 0.8 ? this.#inValues(head) + body : head + this.#sameLength(body)
  }

  #wild(): string {
    const { head, body } = this.#seed()
    const dice = this.#random()
    if (dice < 0.05) return this.#mutator.enlarge(head + body, 20_000)
    if (dice < 0.1) return this.#mutator.mutate(this.#mutator.any(words), head)
    return this.#mutator.mutate(head + body, this.#mutator.any(this.#seeds))
  }

  #seed(): { readonly head: string; readonly body: string } {
    const seed = this.#mutator.any(this.#seeds)
    const end = seed.indexOf('\r\n\r\n') + 4
    return { head: seed.slice(0, end), body: seed.slice(end) }
  }

  /** Faults that leave the head a head: in the target or in one value that does not say where the body ends. */
  #inValues(head: string): string {
    const lines = head.slice(0, -4).split('\r\n')
    const free = lines.filter(
      (line) => !/^(?:content-length|transfer-encoding|expect):/i.test(line),
    )
    const line = this.#mutator.any(free)
    const at = lines.indexOf(line)
    const [start, value] = at === 0 ? line.split(/ (.*)/s) : line.split(/:(.*)/s)
    const changed = this.#mutator.mutate(value ?? '', start ?? '').replaceAll(unreadable, '')
    lines[at] = `${start}${at === 0 ? ' ' : ':'}${changed}`
    return `${lines.join('\r\n')}\r\n\r\n`
  }

  #sameLength(body: string): string {
    const changed = this.#mutator.mutate(body, body)
    return changed.padEnd(body.length, '\0').slice(0, body.length)
  }

  #maybeAt(bytes: string, probability: number): number | undefined {
    return this.#random() < probability ? Math.floor(this.#random() * bytes.length) : undefined
  }

  #judge(heard: Conversation, bytes: string, requests: number): void {
    const { figures } = this
    figures.requests += requests
    figures.connections += 1
    figures.longestMs = Math.max(figures.longestMs, Math.round(heard.milliseconds))
    if (heard.isHung) this.#violated('the connection did not end', bytes)
    for (const { status, code } of heard.answers) {
      figures.answers += 1
      if (status < 300) figures.succeeded += 1
      if (status === 501 && (code === 'NotImplemented' || code === undefined))
        figures.notImplemented += 1
      else if (status >= 500) this.#violated(`${status} ${code}`, bytes)
    }
    if (figures.connections % 5000 === 0) this.#run.progress(JSON.stringify(figures))
  }

  /** After a tenth, when caches are warm and the heap has its size. */
  #measureFirst(): void {
    const { figures } = this
    if (this.#measured || figures.requests < figures.asked / 10) return
    this.#measured = true
    figures.residentMiBAtFirst = Math.round(residentBytes(this.#server.pid) / mebibyte)
    figures.descriptorsAtFirst = descriptors(this.#server.pid)
  }

  #violated(what: string, bytes: string): void {
    this.violations.push(`seed ${this.#run.seed}: ${what}: ${JSON.stringify(bytes.slice(0, 6000))}`)
  }
}
