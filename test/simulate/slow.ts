/**
 * Clients that are slow, stand still, are cut off or never read, many at once: every one of their connections ends in bounded
 * time, others are served meanwhile, and memory and descriptors are afterwards what they were. The limits are those of
 * timings.ts, made shorter.
 */
import { connect, type Socket } from 'node:net'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { settled } from '../crash/audit.ts'
import { bodyOf } from '../crash/bodies.ts'
import { Client } from '../crash/client.ts'
import { clockOf, type Proof, type Run, type Scale } from '../crash/proof.ts'
import { requestBytes } from '../harness/raw.ts'
import { signRequest, type RequestPlan } from '../harness/sign.ts'
import { Healthy } from './healthy.ts'
import { Stage } from './stage.ts'

const scales: Readonly<Record<Scale, { readonly rounds: number; readonly ofEach: number }>> = {
  ci: { rounds: 1, ofEach: 10 },
  nightly: { rounds: 6, ofEach: 120 },
  release: { rounds: 360, ofEach: 125 },
}
const limitMs = 1500
const timings = {
  headersMs: limitMs,
  bodyWindowMs: limitMs,
  writeStallMs: limitMs,
  lingerMs: 300,
}
/** Far more than the limits, for a machine that has other things to do. */
const endMsMax = 20_000
const largeBytes = 24 * 1024 * 1024
/** The bar for a thousand slow clients. */
const residentBytesMax = 512 * 1024 * 1024
const descriptorGrowthMax = 16
const warmCount = 100

/** What a client does with its connection once it has sent what it has to send. */
interface Manner {
  readonly says: string
  readonly plan: RequestPlan
  /** How much of the request is sent; the rest never is. */
  readonly share: number
  readonly next: 'wait' | 'trickle' | 'cut' | 'half-close' | 'never-read' | 'talk'
}

const put = { path: '/slow/never', body: bodyOf('never', 300_000) }
const manners: readonly Manner[] = [
  { says: 'a head that comes slowly', plan: { path: '/slow' }, share: 0.3, next: 'trickle' },
  { says: 'nothing at all', plan: { path: '/slow' }, share: 0, next: 'wait' },
  { says: 'half a body', plan: put, share: 0.5, next: 'wait' },
  { says: 'a body that comes slowly', plan: put, share: 0.5, next: 'trickle' },
  { says: 'a body that is cut', plan: put, share: 0.7, next: 'cut' },
  { says: 'a body whose end comes early', plan: put, share: 0.6, next: 'half-close' },
  {
    says: 'an answer that nobody reads',
    plan: { path: '/slow/large' },
    share: 1,
    next: 'never-read',
  },
  {
    says: 'an answer that nobody reads, and more words',
    plan: { path: '/slow/large' },
    share: 1,
    next: 'talk',
  },
]

export async function proveSlow(run: Run): Promise<Proof> {
  const { rounds } = scales[run.scale]
  await using stage = await Stage.open({ timings })
  using client = new Client(stage)
  await client.send({ method: 'PUT', path: '/slow' })
  await client.send({ path: '/slow/large', body: bodyOf('large', largeBytes) })
  await using healthy = new Healthy(stage, '/slow/healthy')
  const slow = new Slow({ stage, client, healthy }, scales[run.scale].ofEach)
  await slow.warm()
  const hasTime = clockOf(run)
  while (hasTime() && slow.figures.rounds < rounds && slow.violations.length === 0) {
    await slow.round()
    run.progress(`${JSON.stringify(slow.figures)}, ${slow.violations.length} violations`)
  }
  await slow.end()
  const violations = [...slow.violations, ...healthy.violations, ...stage.said]
  return { figures: slow.figures, violations }
}

interface Scene {
  readonly stage: Stage
  readonly client: Client
  readonly healthy: Healthy
}

class Slow {
  readonly violations: string[] = []
  readonly figures = {
    rounds: 0,
    badClients: 0,
    endMsMax: 0,
    othersServed: 0,
    othersMsMax: 0,
    othersMsP99: 0,
    /** Of the same requests while nobody else was there. */
    aloneMsP99: 0,
    residentMiB: 0,
    residentMiBAfter: 0,
    /** How much it grew in the second half of the rounds, for each ten minutes of them. */
    residentMiBGrowth: 0,
    descriptors: 0,
    descriptorsAfter: 0,
  }
  readonly #stage: Stage
  readonly #client: Client
  readonly #healthy: Healthy
  readonly #ofEach: number
  readonly #looks: { readonly ms: number; readonly residentBytes: number }[] = []

  constructor({ stage, client, healthy }: Scene, ofEach: number) {
    this.#stage = stage
    this.#client = client
    this.#healthy = healthy
    this.#ofEach = ofEach
  }

  /** What a healthy client needs is what is compared with afterwards. */
  async warm(): Promise<void> {
    // Without those in which neither side's program is compiled yet.
    await this.#healthy.hears(warmCount)
    this.#healthy.waits.length = 0
    await this.#healthy.hears(warmCount)
    this.figures.aloneMsP99 = p99(this.#healthy.waits.splice(0))
    const { residentBytes, descriptors } = this.#stage.use()
    this.figures.residentMiB = mebibytes(residentBytes)
    this.figures.descriptors = descriptors
  }

  async round(): Promise<void> {
    this.figures.rounds += 1
    const bad = manners.flatMap((manner) =>
      Array.from({ length: this.#ofEach }, () => this.#behave(manner)),
    )
    await Promise.all(bad)
    const { residentBytes } = this.#stage.use()
    this.#looks.push({ ms: performance.now(), residentBytes })
    this.figures.residentMiBAfter = mebibytes(residentBytes)
    this.figures.residentMiBGrowth = growth(this.#looks.slice(this.#looks.length >> 1))
    const { waits } = this.#healthy
    this.figures.othersMsP99 = p99(waits)
    this.figures.othersMsMax = Math.max(...waits)
    this.figures.othersServed = waits.length
  }

  async end(): Promise<void> {
    const { missing, orphans } = await settled(this.#stage.data)
    for (const name of missing) this.violations.push(`${name} is missing`)
    for (const name of orphans) this.violations.push(`${name} is an orphan`)
    const heard = await this.#client.send({ path: '/slow/never' })
    if (heard.status !== 404) this.violations.push(`a body that never came whole: ${heard.status}`)
    const { residentBytes, descriptors } = this.#stage.use()
    this.figures.residentMiBAfter = mebibytes(residentBytes)
    this.figures.descriptorsAfter = descriptors
    if (residentBytes > residentBytesMax) this.violations.push(`${residentBytes} bytes of memory`)
    if (descriptors > this.figures.descriptors + descriptorGrowthMax)
      this.violations.push(`descriptors: ${this.figures.descriptors}, and now ${descriptors}`)
  }

  async #behave({ says, plan, share, next }: Manner): Promise<void> {
    const request = requestBytes(await signRequest(this.#stage, plan))
    const { host, port } = this.#stage
    const socket = connect({ host, port, allowHalfOpen: true })
    socket.on('error', () => undefined)
    const closed = new Promise<true>((resolve) => void socket.once('close', () => resolve(true)))
    await once(socket, 'connect')
    this.figures.badClients += 1
    const begun = performance.now()
    if (share > 0) socket.write(request.subarray(0, Math.ceil(request.length * share)))
    const stop = go(socket, next)
    const isClosed = await Promise.race([closed, sleep(endMsMax, false, { ref: false })])
    stop()
    socket.destroy()
    const ms = Math.round(performance.now() - begun)
    this.figures.endMsMax = Math.max(this.figures.endMsMax, ms)
    if (!isClosed) this.violations.push(`${says}: the connection is open after ${ms} ms`)
  }
}

/** Answers how to stop it. */
function go(socket: Socket, next: Manner['next']): () => void {
  const begun = performance.now()
  if (next === 'never-read' || next === 'talk') {
    socket.pause()
    // A socket that is never read never learns of its end; what it sends long after the limit tells it.
    const probe = setInterval(() => {
      if (next === 'talk' || performance.now() - begun > 3 * limitMs) socket.write(' ')
    }, 300)
    return () => clearInterval(probe)
  }
  socket.resume()
  // Whoever is told goodbye says goodbye.
  socket.on('end', () => socket.end())
  if (next === 'trickle') {
    const drip = setInterval(() => socket.write('x'), 150)
    return () => clearInterval(drip)
  }
  if (next === 'cut') setTimeout(() => socket.resetAndDestroy(), 50)
  if (next === 'half-close') socket.end()
  return () => undefined
}

/** MiB in ten minutes, from the first look to the last. */
function growth(looks: readonly { readonly ms: number; readonly residentBytes: number }[]): number {
  const [first, last] = [looks[0], looks.at(-1)]
  if (first === undefined || last === undefined || first === last) return 0
  const tenMinutes = (last.ms - first.ms) / 600_000
  return Math.round((last.residentBytes - first.residentBytes) / 2 ** 20 / tenMinutes)
}

function p99(waits: readonly number[]): number {
  return waits.toSorted((a, b) => a - b)[Math.floor(waits.length * 0.99)] ?? 0
}

function mebibytes(bytes: number): number {
  return Math.round(bytes / 2 ** 20)
}
