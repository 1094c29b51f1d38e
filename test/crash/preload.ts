/**
 * "Fail the Nth sync or write" of a real server, SQLite's included, by a small library that is preloaded into it. The
 * process ends and says why (where the sync of a key failed, it refuses what needs one), starts again on what is there, and has kept
 * every acknowledgement.
 */
import { existsSync, rmSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { buildPreloaded } from '../harness/preloaded.ts'
import { startServer, type TestServer } from '../harness/server.ts'
import { until } from '../harness/until.ts'
import { settled } from './audit.ts'
import { Client } from './client.ts'
import { chance, workersArgs, type Proof, type Run, type Scale } from './proof.ts'
import { sealedEnv } from './sealed.ts'
import { WriterClient } from './writer-client.ts'

const runsOf: Readonly<Record<Scale, number>> = { ci: 4, nightly: 75, release: 300 }
const writerCount = 6
const loadMs = 1500

export async function provePreload(run: Run): Promise<Proof> {
  const folder = await mkdtemp(join(tmpdir(), 'ashlar-preload-'))
  try {
    const library = join(folder, 'fail-nth.so')
    const why = buildPreloaded(join(import.meta.dirname, 'fail-nth.c'), library)
    if (why !== undefined) return { figures: {}, violations: [], skipped: why }
    return await new Preload(folder, library, run).prove()
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

class Preload {
  readonly #folder: string
  readonly #data: string
  readonly #library: string
  readonly #run: Run
  readonly #random: () => number
  readonly #violations: string[] = []
  #runs = 0
  #ended = 0
  #endMsMax = 0

  constructor(folder: string, library: string, run: Run) {
    this.#folder = folder
    this.#data = join(folder, 'data')
    this.#library = library
    this.#run = run
    this.#random = chance(run.seed)
  }

  async prove(): Promise<Proof> {
    const preloaded = { LD_PRELOAD: this.#library, ASHLAR_FAIL: this.#plan }
    const env = { ...sealedEnv, ...preloaded, ASHLAR_RECLAIM_GRACE: '0' }
    const args = workersArgs(this.#run)
    await using server = await startServer({ args, env, dataDir: this.#data })
    using client = new Client(server)
    await client.send({ method: 'PUT', path: '/proof' })
    const writers = Array.from(
      { length: writerCount },
      (_, index) => new WriterClient(client, `w${index}`, chance(this.#run.seed + 1 + index)),
    )
    const runs = runsOf[this.#run.scale]
    while (this.#runs < runs && this.#violations.length === 0) {
      await this.#once(server, writers)
      this.#run.progress(
        `run ${this.#runs} of ${runs}: ended ${this.#ended} times, ${this.#violations.length} violations`,
      )
    }
    const acknowledged = writers.reduce((sum, writer) => sum + writer.acknowledged, 0)
    const figures = {
      runs: this.#runs,
      ended: this.#ended,
      endMsMax: Math.round(this.#endMsMax),
      acknowledged,
    }
    return { figures, violations: this.#violations }
  }

  get #plan(): string {
    return join(this.#folder, 'plan')
  }

  async #once(server: TestServer, writers: readonly WriterClient[]): Promise<void> {
    this.#runs += 1
    const kind = this.#random() < 0.6 ? 'sync' : 'write'
    const nth = 1 + Math.floor(this.#random() ** 2 * (kind === 'sync' ? 250 : 900))
    const said = server.log().length
    writeFileSync(this.#plan, `${kind} ${nth} ${this.#data}\n`)
    const working = await this.#begun(server, writers)
    const outlived = await this.#judge(server, { said, isBegun: working.length > 0 })
    rmSync(this.#plan)
    await server.kill()
    await Promise.all(working)
    await server.restart()
    await Promise.all(writers.map((writer) => writer.check()))
    const found = await settled(this.#data)
    for (const name of found.missing) this.#wrong(`${name} is missing`)
    for (const name of found.orphans) this.#wrong(`${name} is an orphan`)
    for (const wrong of writers.flatMap((writer) => writer.violations.splice(0))) {
      // A write of a blob that fails is answered with an error, and the process goes on.
      if (wrong.endsWith(': 500 InternalError')) continue
      if (outlived === 'keys' && wrong.includes(': 503 ServiceUnavailable')) continue
      this.#wrong(wrong)
    }
  }

  /** The server may well end before it is ready: then nobody works. */
  async #begun(
    server: TestServer,
    writers: readonly WriterClient[],
  ): Promise<readonly Promise<void>[]> {
    try {
      await server.restart()
    } catch (error) {
      if (!/exit code [1-9]/.test(String(error))) this.#wrong(String(error))
      return []
    }
    const working = writers.map((writer) => writer.work())
    await Promise.race([Promise.all(working), sleep(loadMs)])
    return working
  }

  /**
   * After a failed sync, or a failed write of the database, the process is gone and has said why. After a failed sync of the keys it
   * goes on, and refuses what needs a key: answers that.
   */
  async #judge(
    server: TestServer,
    { said, isBegun }: { readonly said: number; readonly isBegun: boolean },
  ): Promise<'keys' | undefined> {
    const log = server.log().slice(said)
    const planted = /\[planted\] (?<call>\w+) of (?<path>.+)/.exec(log)?.groups
    if (planted === undefined) return undefined
    const { call = '', path = '' } = planted
    if (path.startsWith(join(this.#data, 'keys'))) return 'keys'
    // SQLite passes over a failed sync of its folder; ours comes after it, before anything is acknowledged.
    if (path === this.#data) return undefined
    // A snapshot whose sync fails is thrown away and taken again: nothing was promised of it.
    if (path.startsWith(join(this.#data, 'snapshots'))) return undefined
    const isFatal = call === 'sync' || path.includes('metadata.sqlite')
    if (isFatal) await this.#judgeEnd(server, { what: `${call} of ${path}`, said, isBegun })
    return undefined
  }

  async #judgeEnd(
    server: TestServer,
    {
      what,
      said,
      isBegun,
    }: { readonly what: string; readonly said: number; readonly isBegun: boolean },
  ): Promise<void> {
    const begun = performance.now()
    const isGone = await until(() => !existsSync(`/proc/${server.pid}`))
    this.#ended += 1
    this.#endMsMax = Math.max(this.#endMsMax, performance.now() - begun)
    if (!isGone) return this.#wrong(`${what}: the process goes on`)
    const code = isBegun ? await server.terminate() : 1
    if (code === 0 || code === null) this.#wrong(`${what}: exit code ${code}`)
    const told = server.log().slice(said)
    const isClear = /storage can no longer be trusted|disk I\/O error|EIO/.test(
      told.replace(/\[planted\].*/, ''),
    )
    if (!isClear) this.#wrong(`${what}: it does not say why: ${told.slice(0, 400)}`)
  }

  #wrong(what: string): void {
    this.#violations.push(`run ${this.#runs}: ${what}`)
  }
}
