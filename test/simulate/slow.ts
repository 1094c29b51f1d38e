/**
 * A soak: clients that are slow, stand still, are cut off or never read, a crowd of them that is kept up, beside clients that do a
 * day's work. Every bad connection ends in bounded time, others are served as if they were alone, memory has a ceiling and does
 * not grow, and descriptors are afterwards what they were.
 *
 * What others wait for is measured in turns with the crowd and without it, so that whatever else the machine does falls on both.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { timings as usualTimings, type Timings } from '../../src/server/timings.ts'
import { settled } from '../crash/audit.ts'
import { Client } from '../crash/client.ts'
import { chance, clockOf, type Proof, type Run, type Scale } from '../crash/proof.ts'
import { until } from '../harness/until.ts'
import { beyond } from './bars.ts'
import { Crowd } from './crowd.ts'
import { growthMiB, mean, mebibytes, p99, type Look } from './figures.ts'
import { large, never } from './manners.ts'
import { Neighbour } from './neighbour.ts'
import { Stage } from './stage.ts'

interface Size {
  readonly minutes: number
  /** Bad clients of each manner. */
  readonly ofEach: number
  readonly active: number
  /** What all active clients together ask for. */
  readonly requestsPerSecond: number
  readonly timings: Partial<Timings>
  /** How long each turn is measured, without the crowd and beside it. */
  readonly aloneMs: number
  readonly besideMs: number
}

const short: Partial<Timings> = {
  headersMs: 1500,
  bodyWindowMs: 1500,
  writeStallMs: 1500,
  lingerMs: 300,
}
const soak = { requestsPerSecond: 100, timings: {}, aloneMs: 40_000, besideMs: 120_000 }
const scales: Readonly<Record<Scale, Size>> = {
  ci: {
    minutes: 0,
    ofEach: 8,
    active: 8,
    requestsPerSecond: 20,
    timings: short,
    aloneMs: 2000,
    besideMs: 4000,
  },
  nightly: { ...soak, minutes: 20, ofEach: 52, active: 128 },
  release: { ...soak, minutes: 60, ofEach: 104, active: 256 },
}
/** Those of files and connections that happen to be open at the time. */
const descriptorGrowthMax = 16
const warmCount = 100

export async function proveSlow(run: Run): Promise<Proof> {
  const size = scales[run.scale]
  await using stage = await Stage.open({ timings: size.timings })
  using client = new Client(stage)
  await client.send({ method: 'PUT', path: '/slow' })
  await client.send(large)
  await using slow = new Slow({ stage, client, run, size })
  await slow.go()
  await slow.end()
  return { figures: slow.figures, violations: [...slow.violations, ...stage.said] }
}

interface Scene {
  readonly stage: Stage
  readonly client: Client
  readonly run: Run
  readonly size: Size
}

class Slow implements AsyncDisposable {
  readonly figures = {
    minutes: 0,
    turns: 0,
    badClients: 0,
    /** On average, while others were measured beside them. */
    badAtOnce: 0,
    /** The last to end of those that each of the server's waiting times ends. */
    headersMsMax: 0,
    bodyWindowMsMax: 0,
    writeStallMsMax: 0,
    /** Of the active clients, the whole time. */
    requests: 0,
    alone: 0,
    aloneMsP99: 0,
    beside: 0,
    besideMsP99: 0,
    besideMsMax: 0,
    /** Of the time: the server was ready to go on, and the machine had other work. */
    heldBackPercent: 0,
    residentMiB: 0,
    residentMiBMax: 0,
    residentMiBAfter: 0,
    /** In ten minutes, over the second half of the time, and its standard error. */
    residentMiBGrowth: 0,
    residentMiBGrowthError: 0,
    descriptors: 0,
    descriptorsAfter: 0,
  }
  readonly #scene: Scene
  readonly #timings: Timings
  readonly #crowd: Crowd
  readonly #others = new AsyncDisposableStack()
  readonly #healthy: Neighbour
  readonly #alone: number[] = []
  readonly #beside: number[] = []
  readonly #crowdSizes: number[] = []
  /** At the end of each turn without the crowd, and without garbage. */
  readonly #looks: Look[] = []
  readonly #found: string[] = []
  readonly #hasTime: () => boolean
  #active: Neighbour | undefined

  constructor(scene: Scene) {
    const { stage, run, size } = scene
    this.#scene = scene
    this.#timings = { ...usualTimings, ...size.timings }
    const { ofEach } = size
    const random = chance(run.seed)
    this.#crowd = new Crowd({ stage, timings: this.#timings, ofEach, random })
    const path = '/slow/healthy'
    const work = { server: stage, path, connections: 1, pauseMs: 20 }
    this.#healthy = this.#others.use(new Neighbour('healthy', work))
    this.#hasTime = clockOf(run)
  }

  get violations(): readonly string[] {
    const others = [this.#crowd, this.#healthy, this.#active]
    return [...this.#found, ...others.flatMap((other) => other?.violations ?? [])]
  }

  async go(): Promise<void> {
    const { stage, run, size } = this.#scene
    // Without those in which neither side's program is compiled yet.
    await this.#healthy.hears(warmCount)
    const { residentBytes, descriptors } = stage.use()
    Object.assign(this.figures, { residentMiB: mebibytes(residentBytes), descriptors })
    const pauseMs = (1000 * size.active) / size.requestsPerSecond
    const work = { server: stage, path: '/slow/active', connections: size.active, pauseMs }
    this.#active = this.#others.use(new Neighbour('active', work))
    const begun = performance.now()
    const heldBackMs = stage.heldBackMs()
    do {
      await this.#turn()
      const ms = performance.now() - begun
      this.figures.minutes = Math.round(ms / 6000) / 10
      this.figures.heldBackPercent = Math.round((100 * (stage.heldBackMs() - heldBackMs)) / ms)
      this.#tell()
      run.progress(`${JSON.stringify(this.figures)}, ${this.violations.length} violations`)
    } while (this.#goesOn() && this.figures.minutes < size.minutes)
    // Every end is waited for, unless something is known to be wrong.
    await (this.violations.length === 0 ? this.#crowd.end() : this.#crowd.scatter())
  }

  /** The crowd of the turn before leaves first; that of the last turn stays. */
  async #turn(): Promise<void> {
    const { aloneMs, besideMs } = this.#scene.size
    const { waits } = this.#healthy
    await this.#crowd.scatter()
    await this.#pass(this.#timings.headersMs)
    waits.length = 0
    await this.#pass(aloneMs)
    this.#alone.push(...waits.splice(0))
    if (!this.#goesOn()) return
    await this.#look()
    this.#crowd.gather()
    await this.#pass(this.#timings.headersMs)
    waits.length = 0
    await this.#pass(besideMs, () => this.#crowdSizes.push(this.#crowd.size))
    this.#beside.push(...waits.splice(0))
    this.figures.turns += 1
  }

  /** Everybody leaves, and nothing of them stays. */
  async end(): Promise<void> {
    const { stage, client } = this.#scene
    await this.#others.disposeAsync()
    const { missing, orphans } = await settled(stage.data)
    this.#found.push(...[...missing, ...orphans].map((name) => `${name} is missing, or an orphan`))
    const heard = await client.send({ path: never.path })
    if (heard.status !== 404) this.#found.push(`a body that never came whole: ${heard.status}`)
    const descriptorsMax = this.figures.descriptors + descriptorGrowthMax
    const isBack = await until(() => stage.use().descriptors <= descriptorsMax)
    const { residentBytes, descriptors } = stage.use()
    this.figures.residentMiBAfter = mebibytes(residentBytes)
    this.figures.descriptorsAfter = descriptors
    if (!isBack)
      this.#found.push(`descriptors: ${this.figures.descriptors}, and now ${descriptors}`)
    this.#tell()
    this.#found.push(...beyond(this.figures))
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#others.disposeAsync()
  }

  #goesOn(): boolean {
    return this.#hasTime() && this.violations.length === 0
  }

  /** So long, or less when the run is over; `each` is done every second. */
  async #pass(ms: number, each: () => void = () => undefined): Promise<void> {
    const end = performance.now() + ms
    while (this.#goesOn() && performance.now() < end) {
      each()
      await sleep(Math.max(0, Math.min(1000, end - performance.now())))
    }
  }

  async #look(): Promise<void> {
    await this.#scene.stage.collect()
    const { residentBytes } = this.#scene.stage.use()
    this.#looks.push({ ms: performance.now(), bytes: residentBytes })
  }

  #tell(): void {
    const [first, last] = [this.#looks[0]?.ms ?? 0, this.#looks.at(-1)?.ms ?? 0]
    const half = this.#looks.filter(({ ms }) => ms > (first + last) / 2)
    const { rise, error } = growthMiB(half)
    const { residentBytesPeak } = this.#scene.stage.use()
    Object.assign(this.figures, this.#crowd.figures, {
      badAtOnce: Math.round(mean(this.#crowdSizes)),
      requests: this.#active?.waits.length ?? 0,
      alone: this.#alone.length,
      aloneMsP99: p99(this.#alone),
      beside: this.#beside.length,
      besideMsP99: p99(this.#beside),
      besideMsMax: Math.max(0, ...this.#beside),
      residentMiBMax: mebibytes(residentBytesPeak),
      residentMiBGrowth: rise,
      residentMiBGrowthError: error,
    })
  }
}
