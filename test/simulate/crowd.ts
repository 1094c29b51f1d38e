/**
 * Clients that misbehave, so many at any time: whoever's connection has ended is replaced a short while later, so that they come and
 * go one by one. Each of their connections has to end within the time that the server gives to its manner; while the server gets no
 * processor, that time stands still.
 */
import { connect, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { requestBytes } from '../harness/raw.ts'
import { signRequest } from '../harness/sign.ts'
import type { Timings } from '../../src/server/timings.ts'
import { act, manners, type Manner } from './manners.ts'
import type { Stage } from './stage.ts'

/** What a connection may take longer than the limit says: a probe of it, and a machine that has other things to do. */
const lenience = 1.5
const lateMsMax = 18_000

export interface CrowdParts {
  readonly stage: Stage
  readonly timings: Timings
  /** So many of each manner. */
  readonly ofEach: number
  readonly random: () => number
}

export class Crowd {
  readonly violations: string[] = []
  readonly figures = {
    badClients: 0,
    /** The last to end of those that each of the server's waiting times ends. */
    headersMsMax: 0,
    bodyWindowMsMax: 0,
    writeStallMsMax: 0,
  }
  readonly #parts: CrowdParts
  readonly #open = new Set<Socket>()
  #places: readonly Promise<void>[] = []
  #leaving = new AbortController()
  #isWanted = false

  constructor(parts: CrowdParts) {
    this.#parts = parts
  }

  /** Their connections, as of now. */
  get size(): number {
    return this.#open.size
  }

  /** They come, spread over `timings.headersMs`, and are kept as many. */
  gather(): void {
    this.#isWanted = true
    this.#leaving = new AbortController()
    this.#places = manners.flatMap((manner) =>
      Array.from({ length: this.#parts.ofEach }, () => this.#fill(manner)),
    )
  }

  /** All of them leave at once, as when the network between is gone. */
  async scatter(): Promise<void> {
    this.#leaving.abort()
    for (const socket of this.#open) socket.destroy()
    await this.end()
  }

  /** Nobody is replaced any more; resolves when the last one's connection has ended. */
  async end(): Promise<void> {
    this.#isWanted = false
    await Promise.all(this.#places)
  }

  async #fill(manner: Manner): Promise<void> {
    const { timings, random } = this.#parts
    await sleep(random() * timings.headersMs)
    while (this.#isWanted) {
      await this.#behave(manner)
      await sleep((random() * timings.headersMs) / 10)
    }
  }

  async #behave(manner: Manner): Promise<void> {
    const { stage, timings, random } = this.#parts
    const { signal } = this.#leaving
    const request = requestBytes(await signRequest(stage, manner.plan))
    if (!this.#isWanted) return
    const socket = connect({ host: stage.host, port: stage.port, allowHalfOpen: true })
    socket.on('error', () => undefined)
    // Not `once`, for which an error before it is a failure.
    const closed = new Promise<void>((resolve) => void socket.once('close', () => resolve()))
    this.#open.add(socket)
    this.figures.badClients += 1
    const begun = performance.now()
    const stop = act(socket, { manner, request, timings, random })
    using _late = afterAll(stage, lenience * timings[manner.limit] + lateMsMax, () => {
      this.violations.push(`${manner.says}: open after ${Math.round(performance.now() - begun)} ms`)
      socket.destroy()
    })
    await closed
    stop()
    this.#open.delete(socket)
    if (signal.aborted) return
    const ms = Math.round(performance.now() - begun)
    const figure = `${manner.limit}Max` as const
    this.figures[figure] = Math.max(this.figures[figure], ms)
  }
}

/** Calls `then` after so long, and as much later as the server was held back meanwhile; never once it is disposed. */
function afterAll(stage: Stage, ms: number, then: () => void): Disposable {
  const end = performance.now() - stage.heldBackMs() + ms
  const left = (): number => end + stage.heldBackMs() - performance.now()
  const look = (): void => {
    const leftMs = left()
    if (leftMs <= 0) then()
    else handle = setTimeout(look, Math.ceil(leftMs))
  }
  let handle = setTimeout(look, ms)
  return { [Symbol.dispose]: () => clearTimeout(handle) }
}
