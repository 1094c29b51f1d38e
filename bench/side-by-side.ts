/**
 * Servers side by side in one run: each round measures every workload on every server, one after another, so that a disk
 * that is slow for a minute is slow for all. Each server lives on fresh data for one round.
 */
import { execFileSync } from 'node:child_process'
import { cpus, release, totalmem } from 'node:os'
import { figuresOf, type Workload } from './workloads.ts'
import { buildLoad, loadPhase, type Phase } from './load.ts'
import { spread, type Spread } from './measured.ts'
import { diskMegabytesPerSecond, syncsPerSecond } from './limits.ts'
import { peers, programOf, startPeer, type Peer, type RunningPeer } from './peers.ts'

export interface Asked {
  /** Names of peers; those that are not on this machine are told and left out. */
  readonly peers: readonly string[]
  readonly rounds: number
  readonly workloads: readonly Workload[]
  readonly folder: string
  readonly tell: (sentence: string) => void
}

export interface Cell {
  readonly speed: Spread
  readonly cost: Spread
  readonly p50Millis: number
  readonly p99Millis: number
  readonly peakBytes: number
}

export interface Side {
  readonly name: string
  readonly version: string
  readonly durability: string
  /** By workload; absent where the server failed it. */
  readonly cells: Readonly<Record<string, Cell>>
  /** Why, by workload. */
  readonly failures: Readonly<Record<string, string>>
}

export interface Results {
  readonly date: string
  readonly commit: string
  readonly machine: Readonly<Record<string, string | number>>
  readonly rounds: number
  readonly workloads: readonly Workload[]
  readonly sides: readonly Side[]
  /** The disk in the same run: 1 MiB writes with one fdatasync per 8 MiB, and 4 KiB appends each with one. */
  readonly disk: { readonly megabytesPerSecond: Spread; readonly syncsPerSecond: Spread }
}

export async function measureSideBySide(asked: Asked): Promise<Results> {
  const generator = await buildLoad()
  const found = asked.peers.flatMap((name) => present(name, asked.tell))
  const disk: number[] = []
  const syncs: number[] = []
  for (let round = 1; round <= asked.rounds; round++) {
    await measureRound({ asked, generator, found, round })
    disk.push(await diskMegabytesPerSecond(asked.folder))
    syncs.push(await syncsPerSecond(asked.folder))
  }
  return {
    date: new Date().toISOString().slice(0, 10),
    commit: commit(),
    machine: machine(),
    rounds: asked.rounds,
    workloads: asked.workloads,
    sides: found.map(({ peer, program, tally }) => ({
      name: peer.name,
      version: versionOf(peer, program),
      durability: peer.durability,
      cells: tally.cells(asked.workloads),
      failures: tally.failures,
    })),
    disk: { megabytesPerSecond: spread(disk), syncsPerSecond: spread(syncs) },
  }
}

interface Round {
  readonly asked: Asked
  readonly generator: string
  readonly found: readonly Found[]
  readonly round: number
}

async function measureRound({ asked, generator, found, round }: Round): Promise<void> {
  await using running = new AsyncDisposableStack()
  const sides: Array<Found & { readonly server: RunningPeer }> = []
  for (const each of found) {
    const server = running.use(await startPeer(each.peer, each.program, asked.folder))
    sides.push({ ...each, server })
  }
  const pairs = asked.workloads.flatMap((workload) => sides.map((side) => ({ workload, ...side })))
  for (const { workload, peer, server, tally } of pairs) {
    await measureOne({ generator, server, workload, tally })
    asked.tell(`round ${round}/${asked.rounds} · ${workload.name} · ${peer.name} · ${tally.last}`)
  }
}

interface Found {
  readonly peer: Peer
  readonly program: string
  readonly tally: Tally
}

function present(name: string, tell: Asked['tell']): readonly Found[] {
  const peer = peers.find((each) => each.name === name)
  if (peer === undefined) {
    throw new Error(
      `no peer is called ${name}; known are ${peers.map((each) => each.name).join(', ')}`,
    )
  }
  const program = programOf(peer)
  if (program !== undefined) return [{ peer, program, tally: new Tally() }]
  tell(`${name} is left out: its program is not on the PATH (${peer.source})`)
  return []
}

/** What one server showed, round after round. */
class Tally {
  readonly failures: Record<string, string> = {}
  readonly #phases = new Map<string, Phase[]>()
  last = ''

  add({ name, measure }: Workload, phase: Phase): void {
    this.#phases.set(name, [...(this.#phases.get(name) ?? []), phase])
    const { speed, cost } = figuresOf(measure, phase)
    this.last = `${speed.toPrecision(4)} · ${cost.toPrecision(3)}`
  }

  fail({ name }: Workload, error: unknown): void {
    this.failures[name] = error instanceof Error ? error.message.slice(0, 300) : String(error)
    this.last = `failed: ${this.failures[name]}`
  }

  cells(workloads: readonly Workload[]): Readonly<Record<string, Cell>> {
    return Object.fromEntries(
      workloads.flatMap((workload) => {
        const phases = this.#phases.get(workload.name)
        return phases === undefined ? [] : [[workload.name, cell(workload, phases)]]
      }),
    )
  }
}

interface One {
  readonly generator: string
  readonly server: RunningPeer
  readonly workload: Workload
  readonly tally: Tally
}

async function measureOne({ generator, server, workload, tally }: One): Promise<void> {
  try {
    tally.add(workload, await loadPhase(generator, server, workload))
  } catch (error) {
    // One that fails a workload is told so in the table; the others go on.
    tally.fail(workload, error)
  }
}

function cell({ measure }: Workload, phases: readonly Phase[]): Cell {
  const figures = phases.map((phase) => figuresOf(measure, phase))
  return {
    speed: spread(figures.map(({ speed }) => speed)),
    cost: spread(figures.map(({ cost }) => cost)),
    p50Millis: spread(phases.map(({ p50Millis }) => p50Millis)).median,
    p99Millis: spread(phases.map(({ p99Millis }) => p99Millis)).median,
    peakBytes: Math.max(...phases.map(({ peakBytes }) => peakBytes)),
  }
}

function versionOf(peer: Peer, program: string): string {
  const output = execFileSync(program, [...peer.versionArgs], { encoding: 'utf8' })
  return output.split('\n')[0]?.trim() ?? ''
}

function commit(): string {
  const git = ['describe', '--always', '--dirty']
  return execFileSync('git', git, { encoding: 'utf8', cwd: import.meta.dirname }).trim()
}

function machine(): Readonly<Record<string, string | number>> {
  const [first] = cpus()
  return {
    cpu: first?.model.trim() ?? '',
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 1024 ** 3),
    kernel: release(),
    node: process.version,
  }
}
