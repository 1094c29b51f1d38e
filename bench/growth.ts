/**
 * What each operation costs as its work grows: by parts, size, keys, prefixes, open uploads, connections. A curve that
 * should be level and is not shows at once in the plot.
 */
import { build } from './built.ts'
import { growingOf, type Growing } from './growth-curves.ts'
import { load, phaseOf } from './load.ts'
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
  readonly curves: readonly Curve[]
}

export interface GrowthAsked {
  readonly peer: Peer
  readonly scale: Scale
  readonly folder: string
  readonly command: string
  /** Of curves. */
  readonly only: RegExp
  readonly tell: (sentence: string) => void
}

export async function measureGrowth(asked: GrowthAsked): Promise<Grown> {
  const setting = settingNow()
  const generator = await build()
  const program = programOf(asked.peer)
  if (program === undefined) throw new Error(`${asked.peer.name} is not on this machine`)
  await using server = await startPeer(asked.peer, program, asked.folder)
  const curves: Curve[] = []
  for (const growing of growingOf(asked.scale)) {
    if (!growing.curves.some(({ name }) => asked.only.test(name))) continue
    curves.push(...(await curvesOf({ generator, server, growing, tell: asked.tell })))
  }
  return { setting, command: asked.command, curves }
}

interface One {
  readonly generator: string
  readonly server: RunningPeer
  readonly growing: Growing
  readonly tell: (sentence: string) => void
}

async function curvesOf({ generator, server, growing, tell }: One): Promise<readonly Curve[]> {
  const { by, workload } = growing
  const curves = growing.curves.map(({ name, unit }) => ({
    name,
    by,
    unit,
    points: [] as Array<{ x: number; y: number }>,
  }))
  for (const x of growing.xs) {
    const phases = await load(generator, server, { workload, flags: growing.flags(x) })
    for (const [at, { name, unit, phase, y }] of growing.curves.entries()) {
      const point = { x, y: y(phaseOf(phases, phase), x) }
      curves[at]?.points.push(point)
      tell(`${name} · ${x} ${by} · ${point.y.toPrecision(3)} ${unit}`)
    }
  }
  return curves
}

/** From the second step on how many times the cost of the first: 1 is level, below it falls. */
export function growthOf({ points }: Curve): number {
  const [first, ...later] = points.map(({ y }) => y)
  return first === undefined || later.length === 0 ? 1 : Math.max(...later) / first
}

/** Above this it is no longer the machine's unrest. */
export const levelUpTo = 1.5
