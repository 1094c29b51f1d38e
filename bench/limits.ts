/** What the machine itself can do: the disk with its syncs, the loopback, the hash functions of one core. */
import { createHash, randomBytes } from 'node:crypto'
import { constants } from 'node:fs'
import { open, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { kibibyte, mebibyte } from '../src/base/limits.ts'
import { Pieces } from '../src/stores/blobs/pieces.ts'
import { ratesOf } from './load.ts'

/** Of each, in words and in its unit. */
export const limitTexts = {
  direct: 'disk, MB/s past the page cache (O_DIRECT) with one fdatasync for 8 MiB',
  cached: 'disk, MB/s through the page cache with one fdatasync for 8 MiB',
  syncs: 'disk, appends of 4 KiB a second with one fdatasync each, one after another',
  loopback: 'loopback, MB/s over 16 connections, thrown away at the other end',
  exchanges: 'loopback, heads of 600 bytes a second answered by 4 KiB, 64 connections',
  md5: 'MD5, s/GB of one core, one stream',
  sha256: 'SHA-256, s/GB of one core, one stream',
  cache:
    'memory, ns for a step from line to line of 8 MiB; from some 40 on neighbours take the shared cache',
}

export type LimitName = keyof typeof limitTexts
export type Limits = Readonly<Record<LimitName, number>>

const secondsEach = 2

export async function measureLimits(folder: string, generator: string): Promise<Limits> {
  const seconds = `${secondsEach}s`
  const loopback = { workload: 'loopback', flags: { connections: 16, duration: seconds } }
  const sizes = { size: 4 * kibibyte, connections: 64 }
  const exchanges = { workload: 'exchanges', flags: { ...sizes, duration: seconds } }
  return {
    direct: await diskMegabytesPerSecond(folder, constants.O_DIRECT),
    cached: await diskMegabytesPerSecond(folder, 0),
    syncs: await syncsPerSecond(folder),
    loopback: (await ratesOf(generator, loopback)).bytes / 1e6,
    exchanges: (await ratesOf(generator, exchanges)).operations,
    md5: hashSecondsPerGigabyte('md5'),
    sha256: hashSecondsPerGigabyte('sha256'),
    cache: nanosecondsPerStep(8 * mebibyte),
  }
}

/** 1 MiB writes of fresh bytes, one fdatasync for each 8 MiB, in MB/s (1e6 bytes). */
async function diskMegabytesPerSecond(folder: string, flags: number): Promise<number> {
  const piece = aligned(mebibyte)
  return (await written(folder, { piece, writesPerSync: 8, flags })) * (mebibyte / 1e6)
}

/** Appends of 4 KiB with one fdatasync each, per second, one after another. */
async function syncsPerSecond(folder: string): Promise<number> {
  return await written(folder, { piece: aligned(4 * kibibyte), writesPerSync: 1, flags: 0 })
}

/** Random bytes at the start of a page, as O_DIRECT asks for. */
function aligned(bytes: number): Uint8Array {
  const piece = new Pieces().take(bytes).subarray(0, bytes)
  piece.set(randomBytes(bytes))
  return piece
}

interface Writes {
  readonly piece: Uint8Array
  readonly writesPerSync: number
  /** Further ones of open(2). */
  readonly flags: number
}

/** Writes a second. */
async function written(folder: string, { piece, writesPerSync, flags }: Writes): Promise<number> {
  const path = join(folder, `limit-${process.pid}`)
  const file = await open(path, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | flags)
  try {
    let writes = 0
    const begun = performance.now()
    while (performance.now() - begun < secondsEach * 1000) {
      for (let at = 0; at < writesPerSync; at++) await file.write(piece)
      await file.datasync()
      writes += writesPerSync
    }
    return writes / ((performance.now() - begun) / 1000)
  } finally {
    await file.close()
    await rm(path)
  }
}

/** Seconds that one core takes for a gigabyte (1e9 bytes) in pieces of 1 MiB. */
function hashSecondsPerGigabyte(algorithm: 'md5' | 'sha256'): number {
  const piece = randomBytes(mebibyte)
  const hash = createHash(algorithm)
  const begun = process.cpuUsage()
  for (let at = 0; at < 512; at++) hash.update(piece)
  hash.digest()
  const { user, system } = process.cpuUsage(begun)
  return (user + system) / 1e6 / ((512 * mebibyte) / 1e9)
}

const lineBytes = 64

/** Of a walk through all lines of so much memory (a power of 2), in an order that no processor foresees, each step known by the one before. */
function nanosecondsPerStep(bytes: number): number {
  const lines = bytes / lineBytes
  const wordsOfLine = lineBytes / Uint32Array.BYTES_PER_ELEMENT
  const next = new Uint32Array(lines * wordsOfLine)
  // One circle: a is 1 more than a multiple of 4 and c is odd (Knuth, 3.2.1.2, theorem A).
  for (let line = 0; line < lines; line++)
    next[line * wordsOfLine] = ((line * 69_069 + 12_345) % lines) * wordsOfLine
  let at = 0
  const walk = (): void => {
    for (let step = 0; step < lines; step++) at = next[at] ?? 0
  }
  walk()
  const begun = performance.now()
  for (let round = 0; round < 20; round++) walk()
  return ((performance.now() - begun) * 1e6) / (20 * lines)
}

/** Which of them a figure of side-by-side cannot exceed. */
const bindings: ReadonlyArray<readonly [RegExp, LimitName]> = [
  [/^put-4k-c1$/, 'syncs'],
  [/^(put-(1m|64m)|part-8m|upload)-/, 'direct'],
  [/^get-(1m|64m)-/, 'loopback'],
  [/^get-4k-c64$/, 'exchanges'],
]

/** Undefined where it is the processor that binds it. */
export function limitOf(figure: string): LimitName | undefined {
  return bindings.find(([names]) => names.test(figure))?.[1]
}
