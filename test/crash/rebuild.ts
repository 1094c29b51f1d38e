/**
 * The database is lost under load: what the last sync had is there again, and so is every object in a blob of its own that came
 * after it; nothing else is shown. And the other way back, from backups.
 */
import { renameSync, rmSync, statSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { backUp } from '../../src/server/backup.ts'
import { rebuild, type Rebuilt } from '../../src/server/rebuild.ts'
import { restore } from '../../src/server/restore.ts'
import { snapshotsIn, type Snapshot } from '../../src/stores/metadata/snapshots.ts'
import { startServer, type TestServer } from '../harness/server.ts'
import { until } from '../harness/until.ts'
import { Client } from './client.ts'
import type { Span } from './key-story.ts'
import { flipBit, loseDatabase, ways } from './lost-database.ts'
import { chance, clockOf, type Proof, type Run, type Scale } from './proof.ts'
import { listed, RebuildWriter } from './rebuild-writer.ts'
import { rowsOf } from './rows-of.ts'

interface Sizes {
  readonly rebuilds: number
  readonly restores: number
  readonly clients: number
}

const scales: Readonly<Record<Scale, Sizes>> = {
  ci: { rebuilds: 2, restores: 1, clients: 3 },
  nightly: { rebuilds: 15, restores: 30, clients: 6 },
  release: { rebuilds: 50, restores: 100, clients: 8 },
}

/** Load goes on for so long at most behind the last snapshot that is waited for. */
const loadMs = 500
/** One that takes long on a busy machine is followed by a long pause. */
const waitMs = 120_000
/** So that bytes stay, or go at once. */
const graces = ['3600', '0'] as const

interface Figures {
  rebuilds: number
  restores: number
  objectsBack: number
  partsBack: number
  gone: number
  rottenSnapshots: number
}

class Proving {
  readonly violations: string[] = []
  readonly figures: Figures = {
    rebuilds: 0,
    restores: 0,
    objectsBack: 0,
    partsBack: 0,
    gone: 0,
    rottenSnapshots: 0,
  }
  readonly #server: TestServer
  readonly #client: Client
  readonly #writers: readonly RebuildWriter[]
  readonly #random: () => number
  readonly #keepsBytes: boolean

  constructor(
    server: TestServer,
    client: Client,
    given: { run: Run; grace: string; count: number },
  ) {
    const { run, grace, count } = given
    this.#server = server
    this.#client = client
    this.#random = chance(run.seed + Number(grace))
    this.#keepsBytes = grace !== '0'
    this.#writers = Array.from(
      { length: count },
      (_, index) => new RebuildWriter(client, `w${index}`, chance(run.seed + 1 + index)),
    )
  }

  get acknowledged(): number {
    return this.#writers.reduce((sum, writer) => sum + writer.acknowledged, 0)
  }

  async rebuildOnce(number: number): Promise<void> {
    const begun = Date.now()
    const working = this.#writers.map((writer) => writer.work(() => false))
    await this.#snapshots(begun, this.#random() < 0.3 ? 2 : 1)
    await sleep(this.#random() * loadMs)
    await this.#server.kill()
    await Promise.all(working)
    const { dataDir } = this.#server
    const usable = (await this.#taken(begun)).toReversed()
    const spoilt = usable.length > 1 && this.#random() < 0.3 ? usable.pop() : undefined
    const span = spanOf(usable.at(-1))
    if (spoilt !== undefined) flipBit(spoilt.path, this.#random)
    const way = ways[(number + this.figures.rebuilds) % ways.length] ?? 'deleted'
    loseDatabase(dataDir, way, this.#random)
    const told = await this.#rebuiltTwice(way)
    this.#judge(told, { way, isSpoilt: spoilt !== undefined })
    await this.#server.restart()
    const shown = await this.#shown(this.#client)
    const allowed = { keepsBytes: this.#keepsBytes }
    for (const writer of this.#writers)
      await writer.goOn((story) => story.afterRebuild(span, allowed.keepsBytes), shown)
    this.#gather(`rebuild ${number}, ${way}`)
    this.figures.rebuilds += 1
  }

  /** A backup under load, restored, served, and looked at. */
  async restoreOnce(number: number, to: string): Promise<void> {
    const over = { is: false }
    const working = this.#writers.map((writer) => writer.work(() => over.is))
    await sleep(50 + this.#random() * loadMs)
    const from = Date.now()
    const { well, found } = await backUp({ data: this.#server.dataDir, to: join(to, 'kept') })
    const span = { from, to: Date.now() }
    over.is = true
    await Promise.all(working)
    if (!well) this.violations.push(`restore ${number}: ${found} were damaged in the backup`)
    const dataDir = join(to, `restored-${number}`)
    const restored = await restore({ from: join(to, 'kept'), to: dataDir })
    if (!restored.well) this.violations.push(`restore ${number}: ${restored.found} are damaged`)
    await using again = await startServer({ dataDir, keys: this.#server.keys })
    using client = new Client(again)
    const shown = await this.#shown(client)
    for (const writer of this.#writers)
      await writer.check(client, (story) => story.atSync(span), shown)
    this.#gather(`restore ${number}`)
    this.figures.restores += 1
    await again.kill()
    rmSync(dataDir, { recursive: true })
  }

  /** Rebuilt, moved away, and rebuilt again: both have the same rows. */
  async #rebuiltTwice(way: string): Promise<Rebuilt> {
    const { dataDir: data } = this.#server
    const file = join(data, 'metadata.sqlite')
    const now = Date.now()
    const once = await rebuild({ data, region: 'us-east-1', clock: { now: () => now } })
    const rows = rowsOf(file)
    renameSync(file, `${file}.first`)
    for (const end of ['-wal', '-shm']) rmSync(file + end, { force: true })
    await rebuild({ data, region: 'us-east-1', clock: { now: () => now } })
    if (rowsOf(file) !== rows) this.violations.push(`${way}: rebuilt twice, and not the same`)
    rmSync(`${file}.first`)
    return once
  }

  #judge(told: Rebuilt, { way, isSpoilt }: { way: string; isSpoilt: boolean }): void {
    const { damaged, findings, rottenSnapshots, snapshot } = told
    const wrong = [...damaged, ...findings].map(({ detail }) => `${way}: ${detail}`)
    if (snapshot === undefined) wrong.push(`${way}: no snapshot was found`)
    if (rottenSnapshots.length > 0 !== isSpoilt)
      wrong.push(`${way}: ${rottenSnapshots.join()} rotten`)
    this.violations.push(...wrong)
    this.figures.objectsBack += told.objects
    this.figures.partsBack += told.parts
    this.figures.gone += told.goneObjects + told.goneParts
    this.figures.rottenSnapshots += rottenSnapshots.length
  }

  async #shown(client: Client): Promise<ReadonlySet<string>> {
    const shown = await listed(client)
    const strange = [...shown].filter((key) => !this.#writers.some((writer) => writer.owns(key)))
    this.violations.push(...strange.map((key) => `${key} is shown, and nobody has it`))
    return shown
  }

  #gather(where: string): void {
    const found = this.#writers.flatMap((writer) => writer.violations.splice(0))
    this.violations.push(...found.map((what) => `${where}: ${what}`))
  }

  /** Those of this round, newest first. */
  async #taken(begun: number): Promise<Snapshot[]> {
    const all = await snapshotsIn(join(this.#server.dataDir, 'snapshots'))
    return all.filter(({ taken }) => taken >= begun)
  }

  async #snapshots(begun: number, count: number): Promise<void> {
    const areTaken = async (): Promise<boolean> => (await this.#taken(begun)).length >= count
    // Without one there is nothing to hold the rebuild against.
    if (!(await until(areTaken, waitMs))) throw new Error(`no snapshot came in ${waitMs} ms`)
  }
}

/** From the look at the clock before the copy to the name that it got. */
function spanOf(snapshot: Snapshot | undefined): Span {
  if (snapshot === undefined) return { from: 0, to: 0 }
  return { from: snapshot.taken, to: Math.ceil(statSync(snapshot.path).ctimeMs) + 1 }
}

export async function proveRebuild(run: Run): Promise<Proof> {
  const { rebuilds, restores, clients: count } = scales[run.scale]
  const minutes = run.minutes === undefined ? undefined : run.minutes / graces.length
  const violations: string[] = []
  const figures: Record<string, number> = { acknowledged: 0 }
  const to = await mkdtemp(join(tmpdir(), 'ashlar-backups-'))
  for (const [half, grace] of graces.entries()) {
    const env = { ASHLAR_SNAPSHOT_INTERVAL: '1', ASHLAR_RECLAIM_GRACE: grace }
    await using server = await startServer({ env })
    using client = new Client(server)
    await client.send({ method: 'PUT', path: '/proof' })
    const goesOn = clockOf({ ...run, minutes })
    const proving = new Proving(server, client, { run, grace, count })
    const rounds = Math.max(rebuilds, restores)
    for (
      let round = half;
      round < rounds && goesOn() && proving.violations.length === 0;
      round += 2
    ) {
      if (round < rebuilds) await proving.rebuildOnce(round)
      if (round < restores) await proving.restoreOnce(round, to)
      run.progress(`round ${round + 1} of ${rounds}: ${proving.acknowledged} acknowledged`)
    }
    violations.push(...proving.violations)
    for (const [name, value] of Object.entries({
      ...proving.figures,
      acknowledged: proving.acknowledged,
    }))
      figures[name] = (figures[name] ?? 0) + value
  }
  await rm(to, { recursive: true, force: true })
  return { figures, violations }
}
