/** What may grow, and the cost that should not grow with it: always of one operation, one key or one byte. */
import { gibibyte, kibibyte, mebibyte, partNumberMax } from '../src/base/limits.ts'
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
    ...byObjectSize(scale),
    ...byConnections(scale),
    byIdleConnections(scale),
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

const resident = {
  unit: 'MiB',
  y: ({ peakBytes }: Phase): number => peakBytes / mebibyte,
}

function tenfold(most: number): readonly number[] {
  return [most / 100, most / 10, most].map(Math.ceil)
}

function byParts({ seconds, partCount }: Scale): Growing {
  return {
    by: 'parts of the object',
    xs: tenfold(Math.min(partCount * 10, partNumberMax)),
    workload: 'complete',
    flags: (parts) => ({
      parts,
      connections: 16,
      duration: `${seconds}s`,
      prefix: `parts-${parts}`,
    }),
    curves: [
      {
        name: 'CompleteMultipartUpload, a part',
        unit: 'µs',
        phase: 'complete',
        y: ({ cpuSeconds }, parts) => (cpuSeconds * 1e6) / parts,
      },
      { name: 'UploadPartCopy into the upload', phase: 'copy-among', ...microseconds },
      { name: 'ListParts, a part', phase: 'list-parts', ...perEntry },
      { name: 'GetObject of 4 KiB from anywhere', phase: 'get-range', ...microseconds },
      { name: 'HeadObject of a part', phase: 'head-part', ...microseconds },
      { name: 'UploadPartCopy of 5 MiB from anywhere', phase: 'copy-stretch', ...microseconds },
    ],
  }
}

function byCopiedSize({ seconds, bigBytes }: Scale): Growing {
  return {
    by: 'MiB of the object',
    xs: tenfold(bigBytes / mebibyte),
    workload: 'copy',
    flags: (x) => ({
      size: x * mebibyte,
      connections: 16,
      duration: `${seconds}s`,
      prefix: `copied-${x}`,
    }),
    curves: [{ name: 'CopyObject', phase: 'copy', ...microseconds }],
  }
}

/** What one step takes, several at a time, must fit on the disk. */
function sizesUpTo(bigBytes: number): readonly number[] {
  const most = Math.min(bigBytes, gibibyte) / 2 / mebibyte
  return [1, 8, 64, 512].filter((x) => x <= most)
}

function byPartSize({ seconds, bigBytes }: Scale): Growing {
  return {
    by: 'MiB of the part',
    xs: sizesUpTo(bigBytes),
    workload: 'part',
    flags: (x) => ({ size: x * mebibyte, connections: 4, duration: `${seconds}s` }),
    curves: [
      { name: 'UploadPart, a gigabyte', phase: 'part', ...perGigabyte },
      { name: 'UploadPart, resident memory', phase: 'part', ...resident },
    ],
  }
}

function byObjectSize({ seconds, bigBytes }: Scale): readonly Growing[] {
  const sized = { by: 'MiB of the object', xs: sizesUpTo(bigBytes) }
  const flags = (x: number): LoadFlags => ({
    size: x * mebibyte,
    connections: 4,
    duration: `${seconds}s`,
    prefix: `sized-${x}`,
  })
  return [
    {
      ...sized,
      workload: 'put',
      flags,
      curves: [
        { name: 'PutObject, a gigabyte', phase: 'put', ...perGigabyte },
        { name: 'PutObject, resident memory', phase: 'put', ...resident },
      ],
    },
    {
      ...sized,
      workload: 'read',
      flags: (x) => ({ ...flags(x), keys: 2 }),
      curves: [
        { name: 'GetObject, a gigabyte', phase: 'get', ...perGigabyte },
        { name: 'GetObject, resident memory', phase: 'get', ...resident },
        { name: 'GetObject of 4 KiB from anywhere', phase: 'get-range', ...microseconds },
        { name: 'HeadObject', phase: 'head', ...microseconds },
      ],
    },
  ]
}

function byConnections({ seconds }: Scale): readonly Growing[] {
  const connected = { by: 'connections', xs: [1, 4, 16, 64, 256] }
  const flags = { size: 4 * kibibyte, keys: 2_000, duration: `${seconds}s` }
  const small = (['put', 'get'] as const).map((workload) => ({
    ...connected,
    workload,
    flags: (connections: number) => ({
      ...flags,
      connections,
      prefix: `${workload}-by-connections`,
    }),
    curves: [{ name: `${named[workload]} of 4 KiB`, phase: workload, ...microseconds }],
  }))
  const parts: Growing = {
    ...connected,
    workload: 'part',
    flags: (connections) => ({ size: mebibyte, connections, duration: `${seconds}s` }),
    curves: [
      { name: 'UploadPart of 1 MiB, a gigabyte', phase: 'part', ...perGigabyte },
      { name: 'UploadPart of 1 MiB, resident memory', phase: 'part', ...resident },
    ],
  }
  return [...small, parts]
}

function byIdleConnections({ seconds }: Scale): Growing {
  const flags = { size: 4 * kibibyte, keys: 2_000, connections: 16, duration: `${seconds}s` }
  return {
    by: 'idle connections',
    xs: tenfold(1_000),
    workload: 'get',
    flags: (idle) => ({ ...flags, idle, prefix: 'beside-idle' }),
    curves: [
      { name: 'GetObject of 4 KiB beside them', phase: 'get', ...microseconds },
      { name: 'GetObject beside them, resident memory', phase: 'get', ...resident },
    ],
  }
}

const named = { put: 'PutObject', get: 'GetObject' }

function byKeys({ seconds, grownKeys, deletedKeys }: Scale): readonly Growing[] {
  const timed = { connections: 16, duration: `${seconds}s`, size: 1 }
  const there = (x: number): LoadFlags => ({ ...timed, keys: x, prefixes: 10, prefix: `keys-${x}` })
  // They begin as the keys of that step do.
  const among = (x: number): string => `keys-${x}/00005`
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
      workload: 'read',
      flags: there,
      curves: [
        { name: 'GetObject of 1 byte', phase: 'get', ...microseconds },
        { name: 'HeadObject', phase: 'head', ...microseconds },
      ],
    },
    {
      by,
      xs,
      workload: 'put',
      flags: (x) => ({ ...timed, prefix: among(x) }),
      curves: [{ name: 'PutObject of 1 byte', phase: 'put', ...microseconds }],
    },
    {
      by,
      xs,
      workload: 'delete',
      flags: (x) => ({ ...timed, keys: deletedKeys, prefix: `${among(x)}-deleted` }),
      curves: [
        { name: 'DeleteObject', phase: 'delete', ...microseconds },
        { name: 'DeleteObjects, a key', phase: 'delete-many', ...perEntry },
      ],
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
      { name: 'CompleteMultipartUpload of one part', phase: 'complete-among', ...microseconds },
      { name: 'AbortMultipartUpload', phase: 'abort-among', ...microseconds },
      { name: 'ListMultipartUploads, an upload', phase: 'list-uploads', ...perEntry },
    ],
  }
}
