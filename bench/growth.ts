/**
 * What each operation costs as its work grows: by parts, by size, by keys, by connections. A line that should be flat and
 * is not shows at once in the plot.
 */
import { mebibyte } from '../src/base/limits.ts'
import { buildLoad, load, loadPhase, type LoadFlags, type Phase } from './load.ts'
import { peers, programOf, startPeer, type RunningPeer } from './peers.ts'
import type { Scale } from './workloads.ts'

export interface Curve {
  readonly name: string
  /** What grows. */
  readonly by: string
  readonly unit: string
  readonly points: ReadonlyArray<{ readonly x: number; readonly y: number }>
}

interface Growing {
  readonly name: string
  readonly by: string
  readonly unit: string
  readonly xs: readonly number[]
  readonly workload: string
  readonly phase: string
  readonly flags: (x: number) => LoadFlags
  /** Done before, on the same server. */
  readonly before?: (x: number) => LoadFlags
  readonly y: (phase: Phase) => number
}

function tenths(most: number): readonly number[] {
  return [most / 100, most / 10, most].map(Math.ceil)
}

function bySizeAndParts({ bigBytes, partCount }: Scale): readonly Growing[] {
  return [
    {
      name: 'CompleteMultipartUpload',
      by: 'parts',
      unit: 'ms',
      xs: tenths(partCount),
      workload: 'complete',
      phase: 'complete',
      flags: (parts) => ({ parts, prefix: `complete-${parts}` }),
      y: ({ p50Millis }) => p50Millis,
    },
    {
      name: 'CopyObject',
      by: 'MiB of the object',
      unit: 'ms',
      xs: tenths(bigBytes / mebibyte),
      workload: 'copy',
      phase: 'copy',
      flags: (x) => ({ size: x * mebibyte, connections: 1, operations: 5, prefix: `copy-${x}` }),
      y: ({ p50Millis }) => p50Millis,
    },
  ]
}

function byConnectionsAndKeys({ seconds, keys }: Scale): readonly Growing[] {
  const duration = `${seconds}s`
  return [
    {
      name: 'PutObject 4 KiB, server CPU',
      by: 'connections',
      unit: 'µs',
      xs: [1, 4, 16, 64, 256],
      workload: 'put',
      phase: 'put',
      flags: (connections) => ({ size: 4096, connections, duration, prefix: `put-${connections}` }),
      y: ({ cpuSeconds, operations }) => (cpuSeconds * 1e6) / operations,
    },
    {
      name: 'PutObject 1 byte, server CPU',
      by: 'keys that are there',
      unit: 'µs',
      xs: tenths(keys),
      before: (x) => ({ keys: x, size: 1, prefix: `keys-${x}` }),
      workload: 'put',
      phase: 'put',
      flags: () => ({ size: 1, connections: 16, duration, prefix: 'more' }),
      y: ({ cpuSeconds, operations }) => (cpuSeconds * 1e6) / operations,
    },
    {
      name: 'ListObjectsV2, server CPU a key',
      by: 'keys that are there',
      unit: 'µs',
      xs: tenths(keys),
      workload: 'list',
      phase: 'list-sequence',
      flags: (x) => ({ keys: x, size: 1, connections: 1, duration, prefix: `keys-${x}` }),
      y: ({ cpuSeconds, entries = 0 }) => (cpuSeconds * 1e6) / entries,
    },
    {
      name: 'ListObjectsV2 with a delimiter, 10 prefixes, server CPU a pass',
      by: 'keys below them',
      unit: 'ms',
      xs: tenths(keys),
      before: (x) => ({ keys: x, prefixes: 10, size: 1, prefix: `tree-${x}` }),
      workload: 'list',
      phase: 'list-delimiter',
      flags: (x) => ({ prefixes: 10, connections: 1, duration, prefix: `tree-${x}` }),
      y: ({ cpuSeconds, entries = 0 }) => (cpuSeconds * 1e3) / (entries / 10),
    },
  ]
}

export interface GrowthAsked {
  readonly scale: Scale
  readonly folder: string
  readonly tell: (sentence: string) => void
}

export async function measureGrowth(asked: GrowthAsked): Promise<readonly Curve[]> {
  const { scale } = asked
  const generator = await buildLoad()
  const [ashlar] = peers
  const program = ashlar && programOf(ashlar)
  if (ashlar === undefined || program === undefined)
    throw new Error('Ashlar itself is always there')
  await using server = await startPeer(ashlar, program, asked.folder)
  const curves: Curve[] = []
  for (const growing of [...bySizeAndParts(scale), ...byConnectionsAndKeys(scale)]) {
    curves.push(await curveOf({ generator, server, growing, tell: asked.tell }))
  }
  return curves
}

interface One {
  readonly generator: string
  readonly server: RunningPeer
  readonly growing: Growing
  readonly tell: (sentence: string) => void
}

async function curveOf({ generator, server, growing, tell }: One): Promise<Curve> {
  const { name, by, unit, workload } = growing
  const points: Array<{ x: number; y: number }> = []
  for (const x of growing.xs) {
    const before = growing.before?.(x)
    if (before !== undefined) await load(generator, server, { workload: 'fill', flags: before })
    const asked = { workload, phase: growing.phase, flags: growing.flags(x) }
    const y = growing.y(await loadPhase(generator, server, asked))
    points.push({ x, y })
    tell(`${name} · ${x} ${by} · ${y.toPrecision(3)} ${unit}`)
  }
  return { name, by, unit, points }
}

const panel = { width: 340, height: 190, left: 56, bottom: 34, top: 34 }

/** Small panels, x by powers of ten, y from zero: what is constant is level. */
export function growthPlot(curves: readonly Curve[]): string {
  const columns = 2
  const rows = Math.ceil(curves.length / columns)
  const [width, height] = [columns * panel.width, rows * panel.height]
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="10">`,
    '<rect width="100%" height="100%" fill="white"/>',
    ...curves.map((curve, index) => {
      const x = (index % columns) * panel.width
      const y = Math.floor(index / columns) * panel.height
      return `<g transform="translate(${x} ${y})">${drawn(curve)}</g>`
    }),
    '</svg>',
    '',
  ].join('\n')
}

function drawn({ name, by, unit, points }: Curve): string {
  const highest = Math.max(...points.map(({ y }) => y), Number.MIN_VALUE)
  const logs = points.map(({ x }) => Math.log10(x))
  const [first, last] = [Math.min(...logs), Math.max(...logs)]
  const inner = {
    width: panel.width - panel.left - 20,
    height: panel.height - panel.top - panel.bottom,
  }
  const places = points.map(({ x, y }) => ({
    x: panel.left + ((Math.log10(x) - first) / (last - first || 1)) * inner.width,
    y: panel.top + (1 - y / highest) * inner.height,
    label: x,
  }))
  const line = places.map(({ x, y }) => `${x.toFixed(1)},${y.toFixed(1)}`).join(' ')
  const floor = panel.top + inner.height
  return [
    `<text x="10" y="16" font-size="11" font-weight="bold">${name}</text>`,
    `<text x="10" y="28">${unit}, up to ${highest.toPrecision(3)}; by ${by}</text>`,
    `<path d="M${panel.left} ${panel.top}V${floor}H${panel.width - 20}" fill="none" stroke="#999999"/>`,
    `<polyline points="${line}" fill="none" stroke="#2f6f4f" stroke-width="2"/>`,
    ...places.map(({ x, y, label }) =>
      [
        `<circle cx="${x.toFixed(1)}" cy="${y.toFixed(1)}" r="3" fill="#2f6f4f"/>`,
        `<text x="${x.toFixed(1)}" y="${floor + 14}" text-anchor="middle">${label.toLocaleString('en')}</text>`,
      ].join(''),
    ),
  ].join('')
}
