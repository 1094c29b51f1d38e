/** What is measured side by side, and in which figures each workload is told. */
import { gibibyte, kibibyte, mebibyte } from '../src/base/limits.ts'
import type { LoadFlags, Phase } from './load.ts'

/** Units of the two figures of a phase: what clients see, and what it costs the server. */
export type Measure = 'operations' | 'bytes' | 'entries' | 'millis'

/** One line of the tables: a phase of a workload. */
export interface Figure {
  readonly name: string
  readonly phase: string
  readonly measure: Measure
}

export interface Workload {
  readonly name: string
  /** As the load generator calls it. */
  readonly workload: string
  readonly flags: LoadFlags
  readonly figures: readonly Figure[]
  /** Measured where nobody asks for more: what tells most in a quarter of an hour. */
  readonly usual: boolean
  /** What a server writes for it that copies by writing. */
  readonly copiedBytes: number
}

export interface Scale {
  /** Seconds of one timed phase. */
  readonly seconds: number
  /** Keys that are listed, and prefixes among which they are. */
  readonly keys: number
  readonly prefixes: number
  /** Most keys of a growth's last step. */
  readonly grownKeys: number
  readonly deletedKeys: number
  /** Bytes of what is copied. */
  readonly bigBytes: number
  readonly partCount: number
  /** Only what is usual, or everything. */
  readonly usualOnly: boolean
}

const short: Scale = {
  seconds: 4,
  keys: 10_000,
  prefixes: 1_000,
  grownKeys: 100_000,
  deletedKeys: 5_000,
  bigBytes: gibibyte,
  partCount: 200,
  usualOnly: true,
}

export const scales: Readonly<Record<string, Scale>> = {
  smoke: {
    ...short,
    seconds: 1,
    keys: 2_000,
    prefixes: 100,
    grownKeys: 2_000,
    deletedKeys: 1_000,
    bigBytes: 64 * mebibyte,
    partCount: 20,
  },
  short,
  full: {
    seconds: 8,
    keys: 1_000_000,
    prefixes: 1_000,
    grownKeys: 1_000_000,
    deletedKeys: 40_000,
    bigBytes: 5 * gibibyte,
    partCount: 10_000,
    usualOnly: false,
  },
}

interface Size {
  readonly name: string
  readonly bytes: number
  readonly connections: readonly number[]
}

const sizes: readonly Size[] = [
  { name: '4k', bytes: 4 * kibibyte, connections: [1, 16, 64] },
  { name: '64k', bytes: 64 * kibibyte, connections: [1, 16, 64] },
  { name: '1m', bytes: mebibyte, connections: [1, 16, 64] },
  { name: '64m', bytes: 64 * mebibyte, connections: [1, 4, 16, 64] },
]

/** Those of the bars, and what else tells most: the others are for a long run. */
const usual = new Set(
  'put-4k-c64 put-1m-c16 get-4k-c64 get-1m-c16 get-64m-c4 part-8m-c1 part-8m-c16 upload-c16'
    .concat(' complete copy list mixed-4k-c16 delete')
    .split(' '),
)

/** Bytes that a reading workload puts there at first. */
const filledBytes = 256 * mebibyte

export function workloadsOf(scale: Scale): readonly Workload[] {
  return [
    ...sizes.flatMap((size) => puts(size, scale)),
    ...sizes.flatMap((size) => gets(size, scale)),
    ...[1, 4, 16].map((connections) => part(connections, scale)),
    upload(scale),
    complete(scale),
    copy(scale),
    partCopy(scale),
    list(scale),
    mixed(scale),
    remove(scale),
  ]
}

type Plan = Omit<Workload, 'usual' | 'copiedBytes'> & { readonly copiedBytes?: number }

/** Of one phase, which is called as the workload is. */
function single({ measure, ...plan }: Omit<Plan, 'figures'> & { measure: Measure }): Workload {
  return planned({ ...plan, figures: [{ name: plan.name, phase: plan.workload, measure }] })
}

function planned(plan: Plan): Workload {
  return { copiedBytes: 0, ...plan, usual: usual.has(plan.name) }
}

function puts(size: Size, { seconds }: Scale): readonly Workload[] {
  return size.connections.map((connections) => {
    const prefix = `put-${size.name}-${connections}`
    const flags = { size: size.bytes, connections, duration: `${seconds}s`, prefix }
    const name = `put-${size.name}-c${connections}`
    return single({ name, workload: 'put', measure: measureOf(size), flags })
  })
}

function gets(size: Size, { seconds }: Scale): readonly Workload[] {
  const keys = Math.max(4, Math.min(2_000, filledBytes / size.bytes))
  return size.connections.map((connections) => {
    const prefix = `get-${size.name}`
    const flags = { size: size.bytes, connections, keys, duration: `${seconds}s`, prefix }
    const name = `get-${size.name}-c${connections}`
    return single({ name, workload: 'get', measure: measureOf(size), flags })
  })
}

function part(connections: number, { seconds }: Scale): Workload {
  const flags = { size: 8 * mebibyte, connections, duration: `${seconds}s` }
  return single({
    name: `part-8m-c${connections}`,
    workload: 'part',
    measure: 'bytes',
    flags,
  })
}

function upload({ bigBytes }: Scale): Workload {
  const name = 'upload-c16'
  return planned({
    name,
    workload: 'upload',
    flags: { size: Math.min(bigBytes, gibibyte), connections: 16, prefix: 'whole' },
    figures: [
      { name, phase: 'parts', measure: 'bytes' },
      { name: 'its-complete', phase: 'complete', measure: 'millis' },
    ],
  })
}

/** The load generator copies one part of the least size so many times. */
const leastPartBytes = 5 * mebibyte

function complete({ partCount: parts }: Scale): Workload {
  return planned({
    name: 'complete',
    workload: 'complete',
    flags: { parts },
    figures: [{ name: `complete-${parts}`, phase: 'complete', measure: 'millis' }],
    copiedBytes: parts * leastPartBytes,
  })
}

function copy({ bigBytes }: Scale): Workload {
  const operations = 3
  return planned({
    name: 'copy',
    workload: 'copy',
    flags: { size: bigBytes, connections: 1, operations, prefix: 'copied' },
    figures: [{ name: `copy-${sizeName(bigBytes)}`, phase: 'copy', measure: 'millis' }],
    copiedBytes: (operations + 1) * bigBytes,
  })
}

function partCopy({ bigBytes }: Scale): Workload {
  const parts = Math.max(1, Math.min(16, bigBytes / (8 * mebibyte)))
  return planned({
    name: 'partcopy',
    workload: 'partcopy',
    flags: { size: bigBytes, parts, prefix: 'copied' },
    figures: [
      { name: `partcopy-${sizeName(bigBytes)}-in-${parts}`, phase: 'copyparts', measure: 'millis' },
    ],
    copiedBytes: 2 * bigBytes,
  })
}

function list({ keys, prefixes, seconds }: Scale): Workload {
  const figures = ['list-sequence', 'list-parallel', 'list-delimiter'].map((phase) => ({
    name: phase,
    phase,
    measure: 'entries' as const,
  }))
  const flags = { keys, prefixes, size: 1, prefix: 'listed', connections: 16 }
  return planned({
    name: 'list',
    workload: 'list',
    flags: { ...flags, duration: `${seconds}s` },
    figures,
  })
}

const smallFlags = { size: 4 * kibibyte, connections: 16 }

function mixed({ seconds }: Scale): Workload {
  const flags = { ...smallFlags, keys: 2_000, duration: `${seconds}s`, prefix: 'mixed' }
  return single({ name: 'mixed-4k-c16', workload: 'mixed', measure: 'operations', flags })
}

function remove({ deletedKeys: keys }: Scale): Workload {
  return planned({
    name: 'delete',
    workload: 'delete',
    flags: { ...smallFlags, keys, prefix: 'delete' },
    figures: [
      { name: 'delete-4k-c16', phase: 'delete', measure: 'operations' },
      { name: 'delete-1000-at-once', phase: 'delete-many', measure: 'entries' },
    ],
  })
}

function measureOf({ bytes }: Size): Measure {
  return bytes >= mebibyte ? 'bytes' : 'operations'
}

function sizeName(bytes: number): string {
  return bytes < gibibyte ? `${bytes / mebibyte}m` : `${bytes / gibibyte}g`
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

export function unitsOf(measure: Measure): { speed: string; cost: string } {
  switch (measure) {
    case 'operations':
      return { speed: '/s', cost: 'µs each' }
    case 'bytes':
      return { speed: 'MB/s', cost: 's/GB' }
    case 'entries':
      return { speed: 'keys/s', cost: 'µs a key' }
    case 'millis':
      return { speed: 'ms', cost: 'ms CPU' }
  }
}
