/**
 * The wall clock jumps, an hour and ten years, forward and back, while uploads are open and requests are under way: nothing is lost,
 * nothing is swept but by the rule, no upload has the name of another, and what is said of time is said by the clock that was.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { settled } from '../crash/audit.ts'
import { bodyOf, differs, type Piece } from '../crash/bodies.ts'
import { Client, element, type Heard } from '../crash/client.ts'
import { chance, clockOf, type Proof, type Run, type Scale } from '../crash/proof.ts'
import { partList } from '../harness/part-list.ts'
import { RawConnection, requestBytes } from '../harness/raw.ts'
import { signRequest, type RequestPlan } from '../harness/sign.ts'
import { Stage } from './stage.ts'

const roundsOf: Readonly<Record<Scale, number>> = { ci: 6, nightly: 200, release: 2000 }
const hourMs = 3_600_000
const yearMs = 365 * 24 * hourMs
const jumps = [hourMs, -hourMs, 10 * yearMs, -10 * yearMs, 0, 40_000]
const graceSeconds = 1
/** HTTP's dates have no fractions. */
const dateStepMs = 1000

export async function proveClock(run: Run): Promise<Proof> {
  await using stage = await Stage.open({ reclaimGraceSeconds: graceSeconds })
  using client = new Client(stage)
  const proof = new Clocks(stage, client, chance(run.seed))
  await proof.begin()
  const rounds = roundsOf[run.scale]
  const hasTime = clockOf(run)
  while (hasTime() && proof.figures.rounds < rounds && proof.violations.length === 0) {
    await proof.round()
    if (proof.figures.rounds % 10 === 0) run.progress(JSON.stringify(proof.figures))
  }
  await proof.end()
  return { figures: proof.figures, violations: [...proof.violations, ...stage.said] }
}

interface Open {
  readonly id: string
  readonly key: string
  readonly piece: Piece
  readonly etag: string
}

class Clocks {
  readonly violations: string[] = []
  readonly figures = { rounds: 0, objects: 0, uploads: 0, underWay: 0 }
  readonly #stage: Stage
  readonly #client: Client
  readonly #random: () => number
  readonly #kept = new Map<string, Piece>()
  readonly #ids = new Set<string>()
  #open: Open[] = []

  constructor(stage: Stage, client: Client, random: () => number) {
    this.#stage = stage
    this.#client = client
    this.#random = random
  }

  async begin(): Promise<void> {
    await this.#send({ method: 'PUT', path: '/clock' })
  }

  /** An upload is open, a request is under way, and the clock jumps. */
  async round(): Promise<void> {
    this.figures.rounds += 1
    await this.#beginUpload()
    await this.#put('before')
    const jump = jumps[Math.floor(this.#random() * jumps.length)] ?? 0
    await this.#putDuring(jump)
    await this.#put(`at ${jump}`)
    const { id, key, etag } = await this.#beginUpload()
    const listed = await this.#send({ path: `/clock/${key}`, query: { uploadId: id } })
    if (!listed.body.includes(etag)) this.#wrong('a part is lost')
    if (this.#open.length > 6) await this.#completeOldest()
    await this.#checkKeys()
  }

  /** What was open all the time, through every jump, is complete; and what nobody names is removed once the clock stands still. */
  async end(): Promise<void> {
    await this.#stage.setClock(20 * yearMs)
    while (this.#open.length > 0 && this.violations.length === 0) await this.#completeOldest()
    await this.#checkKeys()
    const found = await settled(this.#stage.data)
    for (const name of found.missing) this.#wrong(`${name} is missing`)
    for (const name of found.orphans) this.#wrong(`${name} is an orphan`)
    if (found.queued > 0) this.#wrong(`${found.queued} entries stay in the queue`)
  }

  async #put(what: string): Promise<void> {
    const key = `k${Math.floor(this.#random() * 5)}-${what.split(' ')[0]}`
    const piece = {
      tag: `${key} ${this.figures.rounds}`,
      sizeBytes: this.#random() < 0.5 ? 900 : 60_000,
    }
    const begun = this.#stage.now()
    const heard = await this.#send({
      path: `/clock/${key}`,
      body: bodyOf(piece.tag, piece.sizeBytes),
    })
    const ended = this.#stage.now()
    if (heard.status !== 200) return this.#wrong(`${what}: ${heard.status} ${heard.code}`)
    this.figures.objects += 1
    this.#kept.set(key, piece)
    const { headers } = await this.#send({ method: 'HEAD', path: `/clock/${key}` })
    const modified = Date.parse(String(headers['last-modified']))
    if (!(modified > begun - dateStepMs && modified <= ended))
      this.#wrong(`Last-Modified is ${modified}, written from ${begun} to ${ended}`)
  }

  /** Half of the body before the jump, and half after it. */
  async #putDuring(jump: number): Promise<void> {
    const piece = { tag: `during ${this.figures.rounds}`, sizeBytes: 100_000 }
    const date = new Date(this.#stage.now())
    const body = bodyOf(piece.tag, piece.sizeBytes)
    const request = await signRequest(this.#stage, { path: '/clock/during', body, date })
    const bytes = requestBytes(request)
    await using connection = await RawConnection.open(this.#stage)
    connection.send(bytes.subarray(0, bytes.length / 2))
    await sleep(30)
    await this.#stage.setClock(jump)
    connection.send(bytes.subarray(bytes.length / 2))
    const { status, code } = await connection.answer('PUT')
    // It had not yet arrived when the clock jumped.
    if (code === 'RequestTimeTooSkewed') return
    if (status !== 200) return this.#wrong(`during a jump: ${status} ${code}`)
    this.figures.underWay += 1
    this.#kept.set('during', piece)
  }

  async #beginUpload(): Promise<Open> {
    const key = `upload-${this.figures.uploads++}`
    const heard = await this.#send({
      method: 'POST',
      path: `/clock/${key}`,
      query: { uploads: '' },
    })
    const id = element(heard, 'UploadId')
    if (id === '' || this.#ids.has(id)) this.#wrong(`the id of an upload is '${id}', again`)
    this.#ids.add(id)
    const piece = { tag: key, sizeBytes: 30_000 }
    const query = { uploadId: id, partNumber: '1' }
    const body = bodyOf(piece.tag, piece.sizeBytes)
    const part = await this.#send({ path: `/clock/${key}`, query, body })
    if (part.status !== 200) this.#wrong(`a part: ${part.status} ${part.code}`)
    const open = { id, key, piece, etag: String(part.headers.etag).replaceAll('"', '') }
    this.#open.push(open)
    return open
  }

  async #completeOldest(): Promise<void> {
    const oldest = this.#open.shift()
    if (oldest === undefined) return
    const { id, key, etag, piece } = oldest
    const body = partList([{ number: 1, etag }])
    const plan = { method: 'POST', path: `/clock/${key}`, query: { uploadId: id }, body }
    const first = await this.#send(plan)
    const again = await this.#send(plan)
    if (first.status !== 200) this.#wrong(`to complete: ${first.status} ${first.code}`)
    if (element(again, 'ETag') !== element(first, 'ETag'))
      this.#wrong(`its receipt is gone: ${again.status} ${again.code}`)
    this.#kept.set(key, piece)
  }

  async #checkKeys(): Promise<void> {
    for (const [key, piece] of this.#kept) {
      const heard = await this.#send({ path: `/clock/${key}` })
      const wrong = heard.status === 200 ? differs(heard.body, [piece]) : `${heard.status}`
      if (wrong !== undefined) this.#wrong(`${key}: ${wrong}`)
      if (key.startsWith('upload-')) this.#kept.delete(key)
    }
  }

  /** A client whose clock agrees with the server's. */
  #send(plan: RequestPlan): Promise<Heard> {
    return this.#client.send({ ...plan, date: new Date(this.#stage.now()) })
  }

  #wrong(what: string): void {
    this.violations.push(`round ${this.figures.rounds}: ${what}`)
  }
}
