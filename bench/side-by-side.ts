/**
 * Servers side by side in one run: each round measures every workload on every server, one after another, so that a disk
 * that is slow for a minute is slow for all. Each server lives on fresh data for one round.
 */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, statfsSync } from 'node:fs'
import { join } from 'node:path'
import { build } from './built.ts'
import { limitTexts, measureLimits, type LimitName, type Limits } from './limits.ts'
import { load } from './load.ts'
import { spread, type Spread } from './measured.ts'
import { programOf, sourceOf, type Peer } from './peers.ts'
import { startPeerOn, type RunningPeer } from './running.ts'
import { settingNow, type Setting } from './setting.ts'
import { measureStarts, type Started } from './start.ts'
import { Tally, type Cell } from './tally.ts'
import type { Figure, Workload } from './workloads.ts'

export interface Asked {
  /** Those that are not on this machine are told and left out. */
  readonly peers: readonly Peer[]
  readonly rounds: number
  readonly workloads: readonly Workload[]
  readonly folder: string
  /** What was asked, to be asked again. */
  readonly command: string
  readonly tell: (sentence: string) => void
}

export interface Side {
  readonly name: string
  readonly version: string
  readonly durability: string
  /** By figure; absent where the server failed it, or was not asked. */
  readonly cells: Readonly<Record<string, Cell>>
  /** Why, by workload. */
  readonly failures: Readonly<Record<string, string>>
  /** On what the last round left there; absent where a start failed. */
  readonly started?: Started
}

export interface Results {
  readonly setting: Setting
  readonly command: string
  readonly rounds: number
  readonly figures: readonly Figure[]
  readonly sides: readonly Side[]
  /** Those that were asked for and are not on this machine. */
  readonly absent: readonly string[]
  /** Of the machine, in the same run. */
  readonly limits: Readonly<Record<LimitName, Spread>>
}

export async function measureSideBySide(asked: Asked): Promise<Results> {
  const setting = settingNow(asked.folder)
  const generator = await build()
  const { sides, absent } = found(asked)
  const limits: Limits[] = []
  for (let round = 1; round <= asked.rounds; round++) {
    await measureRound({ asked, generator, sides, round })
    limits.push(await measureLimits(asked.folder, generator))
  }
  const figures = asked.workloads.flatMap((workload) => workload.figures)
  const names = Object.keys(limitTexts) as LimitName[]
  const spreads = names.map((name) => [name, spread(limits.map((each) => each[name]))] as const)
  return {
    setting,
    command: asked.command,
    rounds: asked.rounds,
    figures,
    sides: sides.map((side) => shown(side, figures)),
    absent,
    limits: Object.fromEntries(spreads) as Results['limits'],
  }
}

/** One server of this run. */
interface Measured {
  readonly peer: Peer
  readonly program: string
  readonly tally: Tally
  started?: Started
}

function found({ peers, tell }: Asked): { sides: readonly Measured[]; absent: readonly string[] } {
  const sides: Measured[] = []
  const absent: string[] = []
  for (const peer of peers) {
    const program = programOf(peer)
    if (program !== undefined) {
      sides.push({ peer, program, tally: new Tally() })
      continue
    }
    tell(`${peer.name} is left out: its program is not on this machine (${sourceOf(peer)})`)
    absent.push(peer.name)
  }
  return { sides, absent }
}

interface Round {
  readonly asked: Asked
  readonly generator: string
  readonly sides: readonly Measured[]
  readonly round: number
}

async function measureRound(of: Round): Promise<void> {
  const { asked, sides, round } = of
  const folders = sides.map(({ peer }) => mkdtempSync(join(asked.folder, `ashlar-${peer.name}-`)))
  try {
    await measureWorkloads(of, folders)
    if (round < asked.rounds) return
    for (const [at, side] of sides.entries()) await measureStart(of, side, folders[at] ?? '')
  } finally {
    for (const folder of folders) rmSync(folder, { recursive: true, force: true })
  }
}

async function measureWorkloads(of: Round, folders: readonly string[]): Promise<void> {
  const { asked, sides, generator, round } = of
  await using running = new AsyncDisposableStack()
  const servers: RunningPeer[] = []
  for (const [at, { peer, program }] of sides.entries()) {
    servers.push(running.use(await startPeerOn(peer, program, folders[at] ?? '')))
  }
  for (const workload of asked.workloads) {
    for (const [at, side] of sides.entries()) {
      const server = servers[at]
      if (server === undefined || side.peer.only?.test(workload.name) === false) continue
      await measureOne({ asked, generator, server, workload, side })
      const what = `round ${round}/${asked.rounds} · ${workload.name} · ${side.peer.name}`
      asked.tell(`${what} · ${side.tally.last}`)
    }
  }
}

interface One {
  readonly asked: Asked
  readonly generator: string
  readonly server: RunningPeer
  readonly workload: Workload
  readonly side: Measured
}

async function measureOne({ asked, generator, server, workload, side }: One): Promise<void> {
  const { peer, tally } = side
  try {
    if (!peer.copiesByReference) assertRoom(asked.folder, workload)
    tally.add(workload, await load(generator, server, workload))
  } catch (error) {
    // One that fails a workload is told so in the table; the others go on.
    tally.fail(workload, error)
  }
}

/** What copies by writing may not fill the disk for it: half of what is free must do. */
function assertRoom(folder: string, { copiedBytes }: Workload): void {
  const { bavail, bsize } = statfsSync(folder)
  if (copiedBytes <= (bavail * bsize) / 2) return
  const gigabytes = (copiedBytes / 1e9).toFixed(0)
  throw new Error(`not asked: it copies by writing, ${gigabytes} GB, and the disk has no such room`)
}

async function measureStart(
  { asked, generator }: Round,
  side: Measured,
  folder: string,
): Promise<void> {
  const { peer } = side
  try {
    side.started = await measureStarts(generator, { peer, folder })
    asked.tell(`start · ${peer.name} · ${side.started.millis.median.toFixed(0)} ms`)
  } catch (error) {
    asked.tell(`start · ${peer.name} · failed: ${String(error)}`)
  }
}

function shown({ peer, program, tally, started }: Measured, figures: readonly Figure[]): Side {
  return {
    name: peer.name,
    version: versionOf(peer, program),
    durability: peer.durability,
    cells: tally.cells(figures),
    failures: tally.failures,
    ...(started && { started }),
  }
}

/** As it says itself; what `go install` has built does not know it, but Go does. */
function versionOf({ recipe, versionArgs }: Peer, program: string): string {
  if (recipe?.by === 'go install') {
    const facts = execFileSync('go', ['version', '-m', program], { encoding: 'utf8' })
    const version = /^\tmod\t\S+\t(v\S+)/m.exec(facts)?.[1]
    if (version !== undefined) return version
  }
  const output = execFileSync(program, [...versionArgs], {
    encoding: 'utf8',
    // Some advertise there.
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  return output.split('\n')[0]?.trim() ?? ''
}
