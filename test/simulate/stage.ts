/**
 * A whole server in a process of its own whose clock is in the hands of the test, and whose waiting times are as short as it
 * likes. Everything else is as in `ashlar serve`.
 */
import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Timings } from '../../src/server/timings.ts'
import { descriptors, heldBackMs, residentBytes, residentBytesPeak } from '../harness/process.ts'
import { randomKeys, type Keys } from '../harness/server.ts'

/** What the process on the stage is told when it begins. */
export interface StagePlan {
  readonly data: string
  readonly keys: Keys
  readonly timings: Partial<Timings>
  readonly reclaimGraceSeconds: number
}

export type ToStage =
  | { readonly kind: 'clock'; readonly offsetMs: number }
  | { readonly kind: 'collect' }
  | { readonly kind: 'end' }
export type FromStage =
  | { readonly kind: 'ready'; readonly port: number }
  | { readonly kind: 'done' }
  | { readonly kind: 'said'; readonly message: string }

export interface Use {
  readonly residentBytes: number
  /** The most that it ever was. */
  readonly residentBytesPeak: number
  readonly descriptors: number
}

export class Stage implements AsyncDisposable {
  readonly host = '127.0.0.1'
  readonly region = 'us-east-1'
  readonly port: number
  readonly keys: Keys
  readonly data: string
  /** What its log says at the levels error and fatal. */
  readonly said: string[]
  offsetMs = 0
  readonly #child: ChildProcess

  static async open(plan: Partial<Omit<StagePlan, 'data' | 'keys'>> = {}): Promise<Stage> {
    const data = await mkdtemp(join(tmpdir(), 'ashlar-stage-'))
    const keys = randomKeys()
    const child = fork(join(import.meta.dirname, 'stage-process.ts'), {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      execArgv: [...process.execArgv, '--expose-gc'],
    })
    const whole: StagePlan = { timings: {}, reclaimGraceSeconds: 0, ...plan, data, keys }
    child.send(whole)
    const [ready] = (await once(child, 'message')) as [FromStage]
    if (ready.kind !== 'ready') throw new Error('the stage does not begin as it should')
    return new Stage(child, { data, keys, port: ready.port })
  }

  private constructor(child: ChildProcess, place: { data: string; keys: Keys; port: number }) {
    this.#child = child
    this.port = place.port
    this.keys = place.keys
    this.data = place.data
    this.said = []
    child.on('message', (message: FromStage) => {
      if (message.kind === 'said') this.said.push(message.message)
    })
  }

  /** From now on the server's clock is so far from the machine's. */
  async setClock(offsetMs: number): Promise<void> {
    this.offsetMs = offsetMs
    await this.#ask({ kind: 'clock', offsetMs })
  }

  /** Its garbage is gone: what is resident now is what it holds, and what the C library keeps. */
  collect(): Promise<void> {
    return this.#ask({ kind: 'collect' })
  }

  async #ask(message: ToStage): Promise<void> {
    const done = new Promise<void>((resolve) => {
      const listen = (told: FromStage): void => {
        if (told.kind !== 'done') return
        this.#child.off('message', listen)
        resolve()
      }
      this.#child.on('message', listen)
    })
    this.#child.send(message)
    await done
  }

  now(): number {
    return Date.now() + this.offsetMs
  }

  use(): Use {
    const { pid = 0 } = this.#child
    return {
      residentBytes: residentBytes(pid),
      residentBytesPeak: residentBytesPeak(pid),
      descriptors: descriptors(pid),
    }
  }

  /** For which the server could not go on, because the machine had other work. */
  heldBackMs(): number {
    return heldBackMs(this.#child.pid ?? 0)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const exit = once(this.#child, 'exit')
    if (this.#child.connected) this.#child.send({ kind: 'end' } satisfies ToStage)
    await exit
    await rm(this.data, { recursive: true, force: true })
  }
}
