/**
 * What each operation costs as its work grows: by parts, size, keys, prefixes, open uploads, connections. A curve that
 * should be level and is not shows at once in the plot.
 */
import { build } from './built.ts'
import { growingOf, type Growing } from './growth-curves.ts'
import { load, phaseOf } from './load.ts'
import { median } from './measured.ts'
import { programOf, type Peer } from './peers.ts'
import { startPeer, type RunningPeer } from './running.ts'
import { settingNow, type Setting } from './setting.ts'
import type { Scale } from './workloads.ts'

export interface Curve {
  readonly name: string
  /** What grows. */
  readonly by: string
  readonly unit: string
  readonly points: ReadonlyArray<{ readonly x: number; readonly y: number }>
}

export interface Grown {
  readonly setting: Setting
  readonly command: string
  readonly rounds: number
  readonly curves: readonly Curve[]
}

export interface GrowthAsked {
  readonly peer: Peer
  readonly scale: Scale
  readonly rounds: number
  readonly folder: string
  readonly command: string
  /** Of curves, and of what they grow by. */
  readonly only: RegExp
  readonly tell: (sentence: string) => void
}

export async function measureGrowth(asked: GrowthAsked): Promise<Grown> {
  const setting = settingNow(asked.folder)
  const generator = await build()
  const program = programOf(asked.peer)
  if (program === undefined) throw new Error(`${asked.peer.name} is not on this machine`)
  await using server = await startPeer(asked.peer, program, asked.folder)
  const curves: Curve[] = []
  for (const growing of growingOf(asked.scale)) {
    if (!growing.curves.some(({ name }) => asked.only.test(`${name}, by ${growing.by}`))) continue
    curves.push(...(await curvesOf({ asked, generator, server, growing })))
  }
  return { setting, command: asked.command, rounds: asked.rounds, curves }
}

interface One {
  readonly asked: GrowthAsked
  readonly generator: string
  readonly server: RunningPeer
  readonly growing: Growing
}

/** Rounds over all steps, so that a busy minute is one for each of them; a point is the median of its rounds. */
async function curvesOf(one: One): Promise<readonly Curve[]> {
  const { asked, growing } = one
  const { by, xs, curves } = growing
  // A process that has just begun pays for that, which would hide what grows.
  for (const x of xs.slice(0, 1)) await stepOf(one, x)
  const steps = xs.map((x) => ({ x, ys: curves.map((): number[] => []) }))
  for (let round = 1; round <= asked.rounds; round++) {
    for (const { x, ys } of steps) {
      for (const [at, cost] of (await stepOf(one, x)).entries()) ys[at]?.push(cost)
      asked.tell(`round ${round}/${asked.rounds} · ${x} ${by} · ${told(growing, ys)}`)
    }
  }
  return curves.map(({ name, unit }, at) => {
    const points = steps.map(({ x, ys }) => ({ x, y: median(ys[at] ?? []) }))
    return { name, by, unit, points }
  })
}

/** The cost that each curve shows of this step. */
async function stepOf({ generator, server, growing }: One, x: number): Promise<readonly number[]> {
  const { workload, curves, flags } = growing
  const phases = await load(generator, server, { workload, flags: flags(x) })
  return curves.map(({ phase, y }) => y(phaseOf(phases, phase), x))
}

function told({ curves }: Growing, ys: ReadonlyArray<readonly number[]>): string {
  return curves
    .map(({ name, unit }, at) => `${name} ${ys[at]?.at(-1)?.toPrecision(3)} ${unit}`)
    .join(', ')
}

/** The cost of a step against the least of those before it, at its highest: 1 is level, below it falls. */
export function growthOf({ points }: Curve): number {
  const costs = points.map(({ y }) => y)
  const growths = costs.slice(1).map((cost, at) => cost / Math.min(...costs.slice(0, at + 1)))
  return growths.length === 0 ? 1 : Math.max(...growths)
}

/** Above this it is no longer the machine's unrest. */
export const levelUpTo = 1.5
