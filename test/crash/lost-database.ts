/** Ways in which a database is lost. */
import {
  closeSync,
  ftruncateSync,
  openSync,
  readdirSync,
  readSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'

export const ways = ['deleted', 'zeroed', 'truncated', 'page-damaged'] as const
export type Way = (typeof ways)[number]

const pageBytes = 4096

/** The database of a data folder that nobody uses, its log included: what is left of it holds nothing any more. */
export function loseDatabase(data: string, way: Way, random: () => number): void {
  for (const name of readdirSync(data).filter((one) =>
    /^metadata\.sqlite(-wal|-shm)?$/.test(one),
  )) {
    const path = join(data, name)
    if (way === 'deleted' || name.endsWith('-shm')) rmSync(path)
    else spoil(path, way, random)
  }
}

function spoil(path: string, way: Exclude<Way, 'deleted'>, random: () => number): void {
  const { size } = statSync(path)
  const descriptor = openSync(path, 'r+')
  const overwrite = (at: number, fill: () => number): void => {
    const page = Buffer.from(Array.from({ length: Math.min(pageBytes, size - at) }, fill))
    writeSync(descriptor, page, 0, page.length, at)
  }
  try {
    if (way === 'truncated') return ftruncateSync(descriptor, Math.floor(size * random() * 0.5))
    // Some pages are left: not the first that are looked at, but enough to be taken for a database.
    for (let at = 0; at < size; at += pageBytes)
      if (way === 'zeroed') overwrite(at, () => 0)
      else if (at > 0 && random() < 0.6) overwrite(at, () => Math.floor(random() * 256))
  } finally {
    closeSync(descriptor)
  }
}

/** One bit of a file. */
export function flipBit(path: string, random: () => number): void {
  const descriptor = openSync(path, 'r+')
  const at = Math.floor(random() * statSync(path).size)
  const byte = Buffer.alloc(1)
  readSync(descriptor, byte, 0, 1, at)
  writeSync(descriptor, Buffer.of((byte[0] ?? 0) ^ 1), 0, 1, at)
  closeSync(descriptor)
}
