/**
 * The power fails: a real server is recorded under load, and from the record come disks as a power cut could have left them at
 * many moments. On each the server starts by itself, and every acknowledged result is there, byte for byte.
 */
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { settled } from '../crash/audit.ts'
import { Client } from '../crash/client.ts'
import { chance, clockOf, type Proof, type Run, type Scale } from '../crash/proof.ts'
import { startServer } from '../harness/server.ts'
import { Disk, type Fate } from './disk.ts'
import { History } from './history.ts'
import { buildRecorder, entriesOf } from './recording.ts'
import { visit, type Visit } from './visit.ts'
import { bucket, Workload } from './workload.ts'

const scales: Readonly<Record<Scale, { readonly recordings: number; readonly cuts: number }>> = {
  ci: { recordings: 1, cuts: 12 },
  nightly: { recordings: 12, cuts: 32 },
  release: { recordings: 40, cuts: 40 },
}
const writerCount = 8
/** Of each writer, in one recording. */
const stepsOf: Readonly<Record<Scale, number>> = { ci: 25, nightly: 60, release: 100 }
const restMs = 500
const fates: readonly Fate[] = ['lost', 'strict', 'ordered', 'lost', 'strict', 'ordered', 'kept']

export async function provePower(run: Run): Promise<Proof> {
  const folder = await mkdtemp(join(tmpdir(), 'ashlar-power-'))
  try {
    const library = join(folder, 'record.so')
    const skipped = buildRecorder(library)
    if (skipped !== undefined) return { figures: {}, violations: [], skipped }
    const power = new Power(folder, library, run)
    await power.prove()
    return { figures: power.figures, violations: power.violations }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** One recorded life of a server. */
type Recorded = Omit<Visit, 'data' | 'cut'> & {
  readonly record: string
  readonly data: string
  readonly rootInode: number
}

class Power {
  readonly violations: string[] = []
  readonly figures = { recordings: 0, images: 0, acknowledged: 0, checked: 0 }
  readonly #folder: string
  readonly #library: string
  readonly #run: Run
  readonly #random: () => number

  constructor(folder: string, library: string, run: Run) {
    this.#folder = folder
    this.#library = library
    this.#run = run
    this.#random = chance(run.seed)
  }

  async prove(): Promise<void> {
    const { recordings, cuts } = scales[this.#run.scale]
    const hasTime = clockOf(this.#run)
    while (hasTime() && this.figures.recordings < recordings && this.violations.length === 0) {
      const recorded = await this.#record()
      this.figures.recordings += 1
      this.figures.acknowledged += recorded.history.acknowledged(Infinity)
      await this.#cuts(recorded, cuts)
      await rm(recorded.data, { recursive: true })
      await rm(recorded.record)
      this.#run.progress(`${JSON.stringify(this.figures)}, ${this.violations.length} violations`)
    }
  }

  async #record(): Promise<Recorded> {
    const data = join(this.#folder, 'data')
    const record = join(this.#folder, 'record')
    await mkdir(data, { mode: 0o700 })
    const rootInode = statSync(data).ino
    const env = {
      LD_PRELOAD: this.#library,
      ASHLAR_RECORD: record,
      ASHLAR_RECORD_FOLDER: data,
      ASHLAR_RECLAIM_GRACE: '0',
    }
    const history = new History()
    const place = (): number => statSync(record).size
    await using server = await startServer({ env, dataDir: data })
    using client = new Client(server)
    await client.send({ method: 'PUT', path: `/${bucket}` })
    const bucketMade = place()
    const workloads = Array.from({ length: writerCount }, (_, index) => {
      const random = chance(this.#run.seed + 1000 * this.figures.recordings + index)
      return new Workload({ client, history, name: `w${index}`, random, place })
    })
    const steps = stepsOf[this.#run.scale]
    await Promise.all(workloads.map((workload) => workload.work(steps)))
    // Killed at rest: a call that is done and not yet written down would be taken for a hole in the record.
    await settled(data)
    await sleep(restMs)
    await server.kill()
    this.violations.push(...workloads.flatMap(({ violations }) => violations))
    return { data, record, rootInode, history, bucketMade, keys: server.keys }
  }

  /** Half of the cuts come at the very moment of an acknowledgement, when nothing more can have been written. */
  async #cuts(recorded: Recorded, count: number): Promise<void> {
    const moments = recorded.history.moments()
    const size = statSync(recorded.record).size
    const places = Array.from({ length: count }, (_, index) =>
      index % 2 === 0
        ? (moments[Math.floor(this.#random() * moments.length)] ?? size)
        : Math.floor(this.#random() * size),
    ).toSorted((a, b) => a - b)
    const disk = new Disk(recorded.rootInode)
    for (const { entry, end } of entriesOf(recorded.record, recorded.data)) {
      while ((places[0] ?? Infinity) < end && this.violations.length === 0)
        await this.#image(recorded, disk, places.shift() ?? 0)
      disk.apply(entry)
    }
    while (places.length > 0 && this.violations.length === 0)
      await this.#image(recorded, disk, places.shift() ?? 0)
    await this.#complete(recorded, disk)
  }

  async #image(recorded: Recorded, disk: Disk, cut: number): Promise<void> {
    const data = join(this.#folder, 'image')
    await mkdir(data, { mode: 0o700 })
    const fate = fates[this.figures.images % fates.length] ?? 'lost'
    disk.writeTo(data, fate, this.#random)
    // The index of the log is memory shared between the connections of a life, and says nothing to the next one.
    await rm(join(data, 'metadata.sqlite-shm'), { force: true })
    const found = await visit({ ...recorded, data, cut })
    this.figures.images += 1
    this.figures.checked += recorded.history.acknowledged(cut)
    this.violations.push(...found.map((what) => `cut at ${cut}, ${fate}: ${what}`))
    await rm(data, { recursive: true })
  }

  /** The record says everything: with all of it kept, the disk is what the server left. */
  async #complete(recorded: Recorded, disk: Disk): Promise<void> {
    const data = join(this.#folder, 'whole')
    await mkdir(data)
    disk.writeTo(data, 'kept', this.#random)
    const [made, left] = [filesOf(data), filesOf(recorded.data)]
    for (const name of new Set([...made.keys(), ...left.keys()])) {
      const [ours, theirs] = [made.get(name), left.get(name)]
      const isSame = ours !== undefined && theirs !== undefined && ours.equals(theirs)
      if (!isSame) this.violations.push(`the recorder missed something of ${name}`)
    }
    this.violations.push(...disk.strange.map((what) => `the recorder cannot follow: ${what}`))
    await rm(data, { recursive: true })
  }
}

function filesOf(folder: string): Map<string, Buffer> {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile() && !entry.name.endsWith('-shm'))
  return new Map(
    files.map(({ parentPath, name }) => {
      const path = join(parentPath, name)
      return [path.slice(folder.length + 1), readFileSync(path)]
    }),
  )
}
