/**
 * Uploads that do not come to their end, cut at any byte in any manner and in every form of a body, and such that do not keep what
 * they promised: nothing of them is ever to be seen, and once it is quiet nothing of them takes up room.
 */
import { connect, type Socket } from 'node:net'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { crc32 } from 'node:zlib'
import { settled } from '../crash/audit.ts'
import { blobFiles } from '../crash/blob-files.ts'
import { bodyOf, differs } from '../crash/bodies.ts'
import { Client, element, type Heard } from '../crash/client.ts'
import { chance, clockOf, type Proof, type Run, type Scale } from '../crash/proof.ts'
import { requestBytes } from '../harness/raw.ts'
import { payloadForms, signRequest, type PayloadForm, type RequestPlan } from '../harness/sign.ts'
import { Stage } from './stage.ts'

const cutsOf: Readonly<Record<Scale, number>> = { ci: 120, nightly: 2500, release: 10_000 }
const atOnce = 40
/** Made short, so that a client that stands still does not hold up the proof. */
const limitMs = 1000
const timings = { headersMs: limitMs, bodyWindowMs: limitMs, lingerMs: 300 }
const patienceMs = 20_000
const bucket = '/cuts'
const before = { tag: 'before', sizeBytes: 30_000 }
/** Every so many bodies one is so long that the beginning of it is on the disk before its end has come. */
const longEvery = 4
const longBytesMin = 2_500_000

const manners = ['end', 'reset', 'half-close', 'stall', 'damage'] as const
type Manner = (typeof manners)[number]

export async function proveCuts(run: Run): Promise<Proof> {
  await using stage = await Stage.open({ timings })
  using client = new Client(stage)
  await client.send({ method: 'PUT', path: bucket })
  const cuts = new Cuts(stage, client, chance(run.seed))
  await cuts.begin()
  const hasTime = clockOf(run)
  const { figures, violations } = cuts
  while (hasTime() && figures.cuts < cutsOf[run.scale] && violations.length === 0) {
    await Promise.all(Array.from({ length: atOnce }, (_, lane) => cuts.cut(lane)))
    await cuts.look()
    run.progress(`${JSON.stringify(figures)}, ${violations.length} violations`)
  }
  return { figures, violations: [...violations, ...stage.said] }
}

class Cuts {
  readonly violations: string[] = []
  readonly figures = { cuts: 0, refused: 0, unanswered: 0, damaged: 0 }
  readonly #stage: Stage
  readonly #client: Client
  readonly #random: () => number
  #uploadId = ''
  #files = 0

  constructor(stage: Stage, client: Client, random: () => number) {
    this.#stage = stage
    this.#client = client
    this.#random = random
  }

  /** One object that stays as it was, one key that stays empty, and an upload whose one part stays. */
  async begin(): Promise<void> {
    const body = bodyOf(before.tag, before.sizeBytes)
    await this.#client.send({ path: `${bucket}/object`, body })
    const path = `${bucket}/upload`
    const begun = await this.#client.send({ method: 'POST', path, query: { uploads: '' } })
    this.#uploadId = element(begun, 'UploadId')
    await this.#client.send({ path, query: this.#partQuery(), body })
    this.#files = this.#filesNow()
  }

  async cut(lane: number): Promise<void> {
    this.figures.cuts += 1
    const form = this.#any(payloadForms)
    const manner = this.#any(manners)
    const plan = this.#plan(lane, form)
    const bytes = requestBytes(await signRequest(this.#stage, plan))
    const bodyAt = Buffer.from(bytes).indexOf('\r\n\r\n') + 4
    const share = this.#random()
    const at =
      manner === 'damage'
        ? bodyAt + Math.floor(share * (bytes.length - bodyAt))
        : Math.floor(share * bytes.length)
    const { host, port } = this.#stage
    const socket = connect({ host, port, allowHalfOpen: true })
    await once(socket, 'connect')
    const status = heard(socket)
    if (manner === 'damage') socket.write(damaged(bytes, at))
    else socket.write(bytes.subarray(0, at))
    go(socket, manner)
    const found = await Promise.race([status, sleep(patienceMs, 'open', { ref: false })])
    socket.destroy()
    this.#judge({ found, form, manner, at })
  }

  /** What was there is as it was, what was not there is not there, and no byte is left over. */
  async look(): Promise<void> {
    const object = await this.#client.send({ path: `${bucket}/object` })
    const wrong = object.status === 200 ? differs(object.body, [before]) : `${object.status}`
    if (wrong !== undefined) this.violations.push(`the object that was there: ${wrong}`)
    const nothing = await this.#client.send({ path: `${bucket}/nothing` })
    if (nothing.status !== 404) this.violations.push(`where nothing was: ${nothing.status}`)
    this.#lookAtParts(
      await this.#client.send({ path: `${bucket}/upload`, query: { uploadId: this.#uploadId } }),
    )
    const { missing, orphans, queued } = await settled(this.#stage.data)
    this.violations.push(...missing.map((name) => `${name} is missing`))
    this.violations.push(...orphans.map((name) => `${name} is an orphan`))
    const files = this.#filesNow()
    if (files !== this.#files) this.violations.push(`${files} files, and ${this.#files} before`)
    if (queued > 0) this.violations.push(`${queued} entries stay in the queue`)
  }

  #lookAtParts(listed: Heard): void {
    const parts = listed.body.toString().split('<Part>').length - 1
    const size = Number(element(listed, 'Size'))
    if (parts !== 1 || size !== before.sizeBytes)
      this.violations.push(`${parts} parts, the first of ${size} bytes`)
  }

  #judge(cut: { found: number | string; form: PayloadForm; manner: Manner; at: number }): void {
    const { found, form, manner, at } = cut
    const what = `${form}, ${manner} at ${at}`
    if (found === 'open') return void this.violations.push(`${what}: the connection stays open`)
    if (manner === 'damage') this.figures.damaged += 1
    if (typeof found !== 'number') this.figures.unanswered += 1
    else if (found >= 400 && found < 500) this.figures.refused += 1
    else this.violations.push(`${what}: answered with ${found}`)
  }

  #plan(lane: number, form: PayloadForm): RequestPlan {
    const isLong = this.figures.cuts % longEvery === 0
    const sizeBytes = (isLong ? longBytesMin : 1000) + Math.floor(this.#random() * 150_000)
    const body = bodyOf(`cut ${this.figures.cuts}`, sizeBytes)
    const crc = Buffer.alloc(4)
    crc.writeUInt32BE(crc32(body))
    const sum = ['x-amz-checksum-crc32', crc.toString('base64')] as const
    // A body that nothing else vouches for has a checksum, so that damage to it can be found.
    const headers: Record<string, string> = form === 'unsigned' ? { [sum[0]]: sum[1] } : {}
    const trailer = form.endsWith('trailer') ? { trailer: sum } : {}
    const goal = (['object', 'nothing', 'upload'] as const)[lane % 3] ?? 'object'
    const query = goal === 'upload' ? this.#partQuery() : {}
    const chunkBytes = 8192 + Math.floor(this.#random() * 60_000)
    const path = `${bucket}/${goal}`
    return { path, query, body, headers, payload: form, chunkBytes, ...trailer }
  }

  #partQuery(): Record<string, string> {
    return { uploadId: this.#uploadId, partNumber: '1' }
  }

  #filesNow(): number {
    return blobFiles(this.#stage.data).length
  }

  #any<T>(all: readonly T[]): T {
    return all[Math.floor(this.#random() * all.length)] as T
  }
}

/** The status of the answer, or 'closed' when there was none. */
function heard(socket: Socket): Promise<number | 'closed'> {
  let said = ''
  const { promise, resolve } = Promise.withResolvers<number | 'closed'>()
  socket.on('data', (bytes: Buffer) => {
    said += bytes.toString('latin1')
    const status = /^HTTP\/1\.1 ([2-5]\d\d)/m.exec(said)?.[1]
    if (status !== undefined) resolve(Number(status))
  })
  socket.on('error', () => resolve('closed'))
  socket.once('close', () => resolve('closed'))
  socket.once('end', () => resolve('closed'))
  return promise
}

function go(socket: Socket, manner: Manner): void {
  switch (manner) {
    case 'end':
      socket.end(() => socket.destroySoon())
      return
    case 'reset':
      setTimeout(() => socket.resetAndDestroy(), 10)
      return
    case 'half-close':
      socket.end()
      return
    case 'damage':
    case 'stall':
  }
}

/** The same request with one bit of its body changed. */
function damaged(bytes: Uint8Array, at: number): Buffer {
  const changed = Buffer.from(bytes)
  changed[at] = (changed[at] ?? 0) ^ 1
  return changed
}
