/** What may grow, and the cost that should not grow with it: always of one operation, one key or one byte. */
import { gibibyte, kibibyte, mebibyte } from '../src/base/limits.ts'
import type { LoadFlags, Phase } from './load.ts'
import type { Scale } from './workloads.ts'

/** One curve of a run. */
export interface Shown {
  readonly name: string
  readonly unit: string
  readonly phase: string
  readonly y: (phase: Phase, x: number) => number
}

/** One workload, run for each of xs on one server. */
export interface Growing {
  /** What grows. */
  readonly by: string
  readonly xs: readonly number[]
  readonly workload: string
  readonly flags: (x: number) => LoadFlags
  readonly curves: readonly Shown[]
}

export function growingOf(scale: Scale): readonly Growing[] {
  return [
    byParts(scale),
    byCopiedSize(scale),
    byPartSize(scale),
    ...byConnections(scale),
    ...byKeys(scale),
    byPrefixes(scale),
    byOpenUploads(scale),
  ]
}

const microseconds = {
  unit: 'µs',
  y: ({ cpuSeconds, operations }: Phase): number => (cpuSeconds * 1e6) / operations,
}
const perGigabyte = {
  unit: 's/GB',
  y: ({ cpuSeconds, bytes }: Phase): number => cpuSeconds / (bytes / 1e9),
}
const perEntry = {
  unit: 'µs an entry',
  y: ({ cpuSeconds, entries = 0 }: Phase): number => (cpuSeconds * 1e6) / entries,
}

function tenfold(most: number): readonly number[] {
  return [most / 100, most / 10, most].map(Math.ceil)
}

function byParts({ seconds, partCount }: Scale): Growing {
  return {
    by: 'parts of the object',
    xs: tenfold(partCount * 10),
    workload: 'complete',
    flags: (parts) => ({ parts, duration: `${seconds}s`, prefix: `parts-${parts}` }),
    curves: [
      {
        name: 'CompleteMultipartUpload, time a part',
        unit: 'µs',
        phase: 'complete',
        y: ({ p50Millis }, parts) => (p50Millis * 1000) / parts,
      },
      { name: 'ListParts, a part', phase: 'list-parts', ...perEntry },
      { name: 'GetObject of 4 KiB from anywhere', phase: 'get-range', ...microseconds },
    ],
  }
}

function byCopiedSize({ seconds, bigBytes }: Scale): Growing {
  return {
    by: 'MiB of the object',
    xs: tenfold(bigBytes / mebibyte),
    workload: 'copy',
    flags: (x) => ({ size: x * mebibyte, duration: `${seconds}s`, prefix: `copied-${x}` }),
    curves: [{ name: 'CopyObject', phase: 'copy', ...microseconds }],
  }
}

function byPartSize({ seconds, bigBytes }: Scale): Growing {
  const most = Math.min(bigBytes, gibibyte) / 2 / mebibyte
  return {
    by: 'MiB of the part',
    xs: [1, 8, 64, 512].filter((x) => x <= most),
    workload: 'part',
    flags: (x) => ({ size: x * mebibyte, connections: 4, duration: `${seconds}s` }),
    curves: [
      { name: 'UploadPart, a gigabyte', phase: 'part', ...perGigabyte },
      {
        name: 'UploadPart, resident memory',
        unit: 'MiB',
        phase: 'part',
        y: ({ peakBytes }) => peakBytes / mebibyte,
      },
    ],
  }
}

function byConnections({ seconds }: Scale): readonly Growing[] {
  const xs = [1, 4, 16, 64, 256]
  const flags = { size: 4 * kibibyte, keys: 2_000, duration: `${seconds}s` }
  return (['put', 'get'] as const).map((workload) => ({
    by: 'connections',
    xs,
    workload,
    flags: (connections) => ({ ...flags, connections, prefix: `${workload}-by-connections` }),
    curves: [{ name: `${named[workload]} of 4 KiB`, phase: workload, ...microseconds }],
  }))
}

const named = { put: 'PutObject', get: 'GetObject' }

function byKeys({ seconds, grownKeys }: Scale): readonly Growing[] {
  const timed = { connections: 16, duration: `${seconds}s`, size: 1 }
  const there = (x: number): LoadFlags => ({ ...timed, keys: x, prefixes: 10, prefix: `keys-${x}` })
  const by = 'keys that are there'
  const xs = tenfold(grownKeys)
  return [
    {
      by,
      xs,
      workload: 'list',
      flags: there,
      curves: [
        { name: 'ListObjectsV2, a key', phase: 'list-sequence', ...perEntry },
        { name: 'ListObjectsV2 from anywhere, a key', phase: 'list-parallel', ...perEntry },
        { name: 'ListObjectsV2, a prefix of ten', phase: 'list-delimiter', ...perEntry },
      ],
    },
    {
      by,
      xs,
      workload: 'get',
      flags: there,
      curves: [{ name: 'GetObject of 1 byte', phase: 'get', ...microseconds }],
    },
    {
      by,
      xs,
      workload: 'put',
      // Among the keys of that step, for they begin alike.
      flags: (x) => ({ ...timed, prefix: `keys-${x}/00005` }),
      curves: [{ name: 'PutObject of 1 byte', phase: 'put', ...microseconds }],
    },
  ]
}

function byPrefixes({ seconds, keys, prefixes }: Scale): Growing {
  return {
    by: 'prefixes',
    xs: tenfold(prefixes),
    workload: 'list',
    flags: (x) => ({
      keys,
      prefixes: x,
      size: 1,
      duration: `${seconds}s`,
      prefix: `prefixes-${x}`,
    }),
    curves: [{ name: 'ListObjectsV2, a prefix', phase: 'list-delimiter', ...perEntry }],
  }
}

function byOpenUploads({ seconds, keys }: Scale): Growing {
  const flags = { size: 4 * kibibyte, connections: 16, duration: `${seconds}s` }
  return {
    by: 'open uploads',
    xs: tenfold(keys),
    workload: 'uploads',
    flags: (x) => ({ ...flags, keys: x, prefix: `uploads-${x}` }),
    curves: [
      { name: 'CreateMultipartUpload', phase: 'begin-more', ...microseconds },
      { name: 'UploadPart of 4 KiB', phase: 'part-among', ...microseconds },
      { name: 'ListMultipartUploads, an upload', phase: 'list-uploads', ...perEntry },
    ],
  }
}
