/**
 * The power fails: a real server is recorded under load, and from the record come disks as a power cut could have left them at
 * many moments. On each the server starts by itself, and every acknowledged result is there, byte for byte. With
 * `filesystem` the disks carry a real file system. Two of six recordings are of a server whose durability is relaxed.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Durability } from '../../src/server/keeping-options.ts'
import { snapshotsIn } from '../../src/stores/metadata/snapshots.ts'
import { settled } from '../crash/audit.ts'
import { Client } from '../crash/client.ts'
import { chance, clockOf, type Proof, type Run, type Scale } from '../crash/proof.ts'
import { startServer } from '../harness/server.ts'
import { until } from '../harness/until.ts'
import { BlockRecorder } from './by-blocks.ts'
import { CallRecorder } from './by-calls.ts'
import { fileSystemOf } from './file-systems.ts'
import { History } from './history.ts'
import type { Recorder, Recording } from './recorder.ts'
import { visit, type Visit } from './visit.ts'
import { bucket, Workload } from './workload.ts'

interface Size {
  readonly recordings: number
  /** Of each recording. */
  readonly cuts: number
}

const scales: Readonly<Record<Scale, Size>> = {
  ci: { recordings: 3, cuts: 8 },
  nightly: { recordings: 12, cuts: 32 },
  release: { recordings: 40, cuts: 40 },
}
/** A real file system takes several times as long. */
const realCi: Size = { recordings: 1, cuts: 4 }
const writerCount = 8
/** Of each writer, in one recording. */
const stepsOf: Readonly<Record<Scale, number>> = { ci: 25, nightly: 60, release: 100 }
/** Without syncs the same time holds more of them, and what may be lost is counted in time. */
const relaxedStepsOf: Readonly<Record<Scale, number>> = { ci: 60, nightly: 150, release: 200 }
const restMs = 500
/** One that takes long on a busy machine is followed by a long pause. */
const snapshotMsMax = 180_000
const levels: readonly Durability[] = ['full', 'metadata-async', 'none', 'full', 'full', 'full']
/** "About the last second". */
const forgottenMsMax = 2000

export async function provePower(run: Run): Promise<Proof> {
  const folder = await mkdtemp(join(tmpdir(), 'ashlar-power-'))
  try {
    const random = chance(run.seed)
    const recorder =
      run.filesystem === undefined
        ? new CallRecorder(folder, random)
        : new BlockRecorder(folder, fileSystemOf(run.filesystem), random)
    const { skipped } = recorder
    if (skipped !== undefined) return { figures: {}, violations: [], skipped }
    const power = new Power(recorder, run, random)
    await power.prove()
    return { figures: power.figures, violations: power.violations }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** Waits for a snapshot of what changes no more: after it none is begun. */
async function lastSnapshot(client: Client, data: string): Promise<void> {
  const now = Date.now()
  await client.send({ method: 'PUT', path: `/${bucket}-at-rest` })
  const isThere = async (): Promise<boolean> =>
    (await snapshotsIn(join(data, 'snapshots'))).some(({ taken }) => taken >= now)
  if (!(await until(isThere, snapshotMsMax))) throw new Error('no snapshot comes')
}

/** One recorded life of a server. */
type Recorded = Omit<Visit, 'data' | 'cut' | 'promised'>

class Power {
  readonly violations: string[] = []
  readonly figures = {
    recordings: 0,
    images: 0,
    acknowledged: 0,
    checked: 0,
    snapshots: 0,
    relaxedImages: 0,
    forgotten: 0,
    unreadable: 0,
  }
  readonly #recorder: Recorder
  readonly #run: Run
  readonly #random: () => number

  constructor(recorder: Recorder, run: Run, random: () => number) {
    this.#recorder = recorder
    this.#run = run
    this.#random = random
  }

  async prove(): Promise<void> {
    const { scale, filesystem } = this.#run
    const { recordings, cuts } = filesystem !== undefined && scale === 'ci' ? realCi : scales[scale]
    const hasTime = clockOf(this.#run)
    while (hasTime() && this.figures.recordings < recordings && this.violations.length === 0) {
      await using recording = await this.#recorder.begin()
      const durability = levels[this.figures.recordings % levels.length] ?? 'full'
      const recorded = await this.#record(recording, durability)
      this.figures.recordings += 1
      this.figures.acknowledged += recorded.history.acknowledged(Infinity)
      await recording.finish()
      await this.#cuts(recording, recorded, cuts)
      this.#run.progress(`${JSON.stringify(this.figures)}, ${this.violations.length} violations`)
    }
  }

  async #record(recording: Recording, durability: Durability): Promise<Recorded> {
    const history = new History(() => recording.place())
    const env = {
      ...recording.env,
      ASHLAR_DURABILITY: durability,
      ASHLAR_RECLAIM_GRACE: '0',
      ASHLAR_DISK_RESERVE: '0',
      ASHLAR_SNAPSHOT_INTERVAL: '1',
    }
    await using server = await startServer({ env, dataDir: recording.data })
    using client = new Client(server)
    await client.send({ method: 'PUT', path: `/${bucket}` })
    const bucketMade = history.place()
    const workloads = Array.from({ length: writerCount }, (_, index) => {
      const random = chance(this.#run.seed + 1000 * this.figures.recordings + index)
      return new Workload({ client, history, name: `w${index}`, random })
    })
    const steps = (durability === 'full' ? stepsOf : relaxedStepsOf)[this.#run.scale]
    await Promise.all(workloads.map((workload) => workload.work(steps)))
    // Killed at rest: a call that is done and not yet written down would be taken for a hole in the record.
    await settled(recording.data)
    await lastSnapshot(client, recording.data)
    await sleep(restMs)
    await server.kill()
    this.violations.push(...workloads.flatMap(({ violations }) => violations))
    return { history, bucketMade, durability, keys: server.keys }
  }

  /**
   * Half of the cuts come at the very moment of an acknowledgement, when nothing more can have been written; the last one when
   * the server is at rest, and what it has not synced by then it never would.
   */
  async #cuts(recording: Recording, recorded: Recorded, count: number): Promise<void> {
    const moments = recorded.history.moments()
    const size = recording.place()
    const places = Array.from({ length: count }, (_, index) =>
      index % 2 === 0
        ? (moments[Math.floor(this.#random() * moments.length)] ?? size)
        : Math.floor(this.#random() * size),
    )
    for (const cut of [...places.toSorted((a, b) => a - b), size]) {
      if (this.violations.length > 0) return
      await this.#image(recording, recorded, cut)
    }
    this.violations.push(...(await recording.missed()))
  }

  async #image(recording: Recording, recorded: Recorded, cut: number): Promise<void> {
    const { history, durability } = recorded
    const isFull = durability === 'full'
    // On a machine that does other things a sync is as late as an answer.
    const forgottenMs = forgottenMsMax + history.longestMs
    const promised = isFull ? cut : history.earlier(cut, forgottenMs)
    const image = await recording.image(cut)
    const found = await visit({ ...recorded, data: image.data, cut, promised })
    const wrong = [...found.wrong, ...(await image.close())]
    this.figures[isFull ? 'images' : 'relaxedImages'] += 1
    this.figures.checked += history.acknowledged(promised)
    this.figures.snapshots += found.snapshots
    this.figures.forgotten += found.forgotten
    this.figures.unreadable += found.unreadable
    const where = `cut at ${cut}, ${durability}, ${image.fate}`
    this.violations.push(...wrong.map((what) => `${where}: ${what}`))
  }
}
