/** What is measured side by side, and in which figure each workload is told. */
import { gibibyte, kibibyte, mebibyte } from '../src/base/limits.ts'
import type { LoadFlags, Phase } from './load.ts'

/** Units of the two figures of a phase: what clients see, and what it costs the server. */
export type Measure = 'operations' | 'bytes' | 'entries' | 'millis'

export interface Workload {
  readonly name: string
  readonly workload: string
  /** The phase that counts; the others prepare. */
  readonly phase: string
  readonly measure: Measure
  readonly flags: LoadFlags
}

export interface Scale {
  /** Seconds of one timed phase. */
  readonly seconds: number
  /** Keys that are listed. */
  readonly keys: number
  /** Bytes that are copied, and bytes of the whole upload. */
  readonly bigBytes: number
  readonly partCount: number
}

export const scales: Readonly<Record<string, Scale>> = {
  smoke: { seconds: 1, keys: 2_000, bigBytes: 64 * mebibyte, partCount: 100 },
  short: { seconds: 4, keys: 100_000, bigBytes: gibibyte, partCount: 1_000 },
  full: { seconds: 8, keys: 1_000_000, bigBytes: 5 * gibibyte, partCount: 10_000 },
}

const sizes = { '4k': 4 * kibibyte, '64k': 64 * kibibyte, '1m': mebibyte, '64m': 64 * mebibyte }
const connectionCounts = [1, 16, 64]

/** Bytes that a reading workload puts there at first. */
const filledBytes = 256 * mebibyte

export function workloadsOf(scale: Scale): readonly Workload[] {
  return [
    ...Object.entries(sizes).flatMap(([name, size]) => puts(name, size, scale)),
    ...Object.entries(sizes).flatMap(([name, size]) => gets(name, size, scale)),
    ...[1, 4, 16].map((connections) => part(connections, scale)),
    upload(scale),
    complete(scale.partCount),
    ...copies(scale),
    ...lists(scale),
    ...small(scale),
  ]
}

function puts(name: string, size: number, { seconds }: Scale): readonly Workload[] {
  return connectionsFor(size).map((connections) => ({
    name: `put-${name}-c${connections}`,
    workload: 'put',
    phase: 'put',
    measure: measureOf(size),
    flags: { size, connections, duration: `${seconds}s`, prefix: `put-${name}-${connections}` },
  }))
}

function gets(name: string, size: number, { seconds }: Scale): readonly Workload[] {
  const keys = Math.max(4, Math.min(2_000, filledBytes / size))
  return connectionsFor(size).map((connections) => ({
    name: `get-${name}-c${connections}`,
    workload: 'get',
    phase: 'get',
    measure: measureOf(size),
    flags: { size, connections, keys, duration: `${seconds}s`, prefix: `get-${name}` },
  }))
}

function part(connections: number, { seconds }: Scale): Workload {
  const flags = { size: 8 * mebibyte, connections, duration: `${seconds}s` }
  return {
    name: `part-8m-c${connections}`,
    workload: 'part',
    phase: 'part',
    measure: 'bytes',
    flags,
  }
}

function upload({ bigBytes }: Scale): Workload {
  const flags = { size: Math.min(bigBytes, gibibyte), connections: 16, prefix: 'whole' }
  return { name: 'upload-c16', workload: 'upload', phase: 'parts', measure: 'bytes', flags }
}

function complete(parts: number): Workload {
  const name = `complete-${parts}`
  return { name, workload: 'complete', phase: 'complete', measure: 'millis', flags: { parts } }
}

function copies({ bigBytes }: Scale): readonly Workload[] {
  const copy = { size: bigBytes, connections: 16, prefix: 'copied' }
  return [
    {
      name: 'copy',
      workload: 'copy',
      phase: 'copy',
      measure: 'millis',
      flags: { ...copy, connections: 1, operations: 3 },
    },
    {
      name: 'partcopy',
      workload: 'partcopy',
      phase: 'copyparts',
      measure: 'millis',
      flags: { ...copy, parts: Math.min(16, bigBytes / (8 * mebibyte)) },
    },
  ]
}

function lists({ keys, seconds }: Scale): readonly Workload[] {
  const prefixes = Math.min(1_000, keys / 10)
  const flat = { keys, size: 1, prefix: 'flat' }
  const tree = { keys, size: 1, prefixes, prefix: 'tree' }
  const timed = { connections: 16, duration: `${seconds}s` }
  const fill = { workload: 'fill', phase: 'fill', measure: 'operations' } as const
  const list = { workload: 'list', measure: 'entries' } as const
  return [
    { ...fill, name: 'fill-flat', flags: flat },
    { ...list, name: 'list-sequence', phase: 'list-sequence', flags: { ...flat, ...timed } },
    { ...fill, name: 'fill-tree', flags: tree },
    { ...list, name: 'list-delimiter', phase: 'list-delimiter', flags: { ...tree, ...timed } },
  ]
}

function small({ seconds }: Scale): readonly Workload[] {
  const flags = { size: 4 * kibibyte, connections: 16, keys: 2_000 }
  return [
    {
      name: 'mixed-4k-c16',
      workload: 'mixed',
      phase: 'mixed',
      measure: 'operations',
      flags: { ...flags, duration: `${seconds}s`, prefix: 'mixed' },
    },
    {
      name: 'delete-4k-c16',
      workload: 'delete',
      phase: 'delete',
      measure: 'operations',
      flags: { ...flags, prefix: 'delete' },
    },
  ]
}

function connectionsFor(size: number): readonly number[] {
  return size > mebibyte ? [1, 4] : connectionCounts
}

function measureOf(size: number): Measure {
  return size >= mebibyte ? 'bytes' : 'operations'
}

/** The two figures of a phase, in the units of `unitsOf`. */
export function figuresOf(measure: Measure, phase: Phase): { speed: number; cost: number } {
  const { operations, bytes, seconds, cpuSeconds, p50Millis, entries = 0 } = phase
  switch (measure) {
    case 'operations':
      return { speed: operations / seconds, cost: (cpuSeconds * 1e6) / operations }
    case 'bytes':
      return { speed: bytes / 1e6 / seconds, cost: cpuSeconds / (bytes / 1e9) }
    case 'entries':
      return { speed: entries / seconds, cost: (cpuSeconds * 1e6) / entries }
    case 'millis':
      return { speed: p50Millis, cost: (cpuSeconds * 1e3) / operations }
  }
}

export function unitsOf(measure: Measure): { speed: string; cost: string; lessIsBetter: boolean } {
  switch (measure) {
    case 'operations':
      return { speed: '/s', cost: 'µs each', lessIsBetter: false }
    case 'bytes':
      return { speed: 'MB/s', cost: 's/GB', lessIsBetter: false }
    case 'entries':
      return { speed: 'keys/s', cost: 'µs a key', lessIsBetter: false }
    case 'millis':
      return { speed: 'ms', cost: 'ms CPU', lessIsBetter: true }
  }
}
