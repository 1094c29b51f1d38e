/** What lies in a data folder against what its rows name: nothing may be missing, and after reclaim nothing left over. */
import { basename, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as sleep } from 'node:timers/promises'
import { blobFiles } from './blob-files.ts'

export interface Audit {
  /** Files of them. */
  readonly blobs: number
  /** Named by a row, and not there. */
  readonly missing: readonly string[]
  /** There, and named by no row and no entry of the reclaim queue. */
  readonly orphans: readonly string[]
  /** But for those that wait for the pack in which their bytes lie. */
  readonly queued: number
  /** Packs of which more is gone than is left. */
  readonly sparse: readonly string[]
}

/** An entry of the queue that is not due ever waits for its pack (docs/format/metadata.md). */
const isDue = 'unlinked < 9007199254740991'

/** Reads beside a running server as well: one moment of the database, then the folder. */
export function audit(dataDir: string): Audit {
  const database = new DatabaseSync(join(dataDir, 'metadata.sqlite'), { readOnly: true })
  try {
    database.exec('BEGIN')
    const column = (sql: string): string[] =>
      database
        .prepare(sql)
        .all()
        .map((row) => String(row['name']))
    const named = column(
      `SELECT lower(hex(locator)) AS name FROM objects UNION SELECT lower(hex(locator)) FROM versions
        UNION SELECT lower(hex(locator)) FROM parts`,
    )
    const queue = column(`SELECT lower(hex(locator)) AS name FROM reclaim WHERE ${isDue}`)
    const waiting = column(`SELECT lower(hex(locator)) AS name FROM reclaim WHERE NOT ${isDue}`)
    const small = column(`SELECT '01' || printf('%016x', id) AS name FROM small`)
    const contents = column(`SELECT DISTINCT '03' || printf('%016x', content) AS name FROM parts
      UNION SELECT '03' || printf('%016x', content) FROM uploads`)
    const open = column(`SELECT '03' || printf('%016x', content) AS name FROM uploads`)
    database.exec('COMMIT')
    const files = blobFiles(dataDir).map((path) => `02${basename(path)}`)
    const there = new Set([...files, ...small, ...contents])
    const owned = new Set([...named, ...open].map(bytesOf))
    const known = new Set([...owned, ...queue.map(bytesOf)])
    return {
      blobs: files.length,
      missing: [...owned].filter((name) => name !== '00' && !there.has(name)),
      orphans: [...there].filter((name) => !known.has(name)),
      queued: queue.length,
      sparse: sparsePacks({ named, queue, waiting }),
    }
  } finally {
    database.close()
  }
}

/** Far more than it takes, but for a machine that does much else. */
const patienceMs = 120_000

/**
 * The audit once reclaim has nothing left to do, or as it is when there is no progress any more. For a server without load
 * and without grace; `mayMiss` for one whose bytes may be gone for good.
 */
export async function settled(
  dataDir: string,
  { mayMiss = false }: { readonly mayMiss?: boolean } = {},
): Promise<Audit> {
  let end = performance.now() + patienceMs
  let least = Infinity
  for (;;) {
    const found = audit(dataDir)
    const left = found.queued + found.orphans.length + (mayMiss ? 0 : found.sparse.length)
    if (left < least) end = performance.now() + patienceMs
    least = Math.min(least, left)
    const isWhole = mayMiss || found.missing.length === 0
    const isClean = isWhole && left === 0
    if (isClean || performance.now() > end) return found
    await sleep(50)
  }
}

/** A locator, of a blob that of its file. */
function bytesOf(locator: string): string {
  const isBlob = locator.startsWith('02') || locator.startsWith('04')
  return isBlob ? `02${locator.slice(2, 34)}` : locator
}

/** Locators as SQLite gives them, by what becomes of their bytes. */
interface Locators {
  readonly named: readonly string[]
  readonly queue: readonly string[]
  readonly waiting: readonly string[]
}

/** Where something is still on its way to be given up, reclaim has not come to it yet. */
function sparsePacks({ named, queue, waiting }: Locators): readonly string[] {
  const left = pagesByPack(named)
  const coming = pagesByPack(queue)
  return [...pagesByPack(waiting)]
    .filter(([pack, gone]) => !coming.has(pack) && gone > (left.get(pack) ?? 0))
    .map(([pack]) => pack)
}

function pagesByPack(locators: readonly string[]): ReadonlyMap<string, number> {
  const packed = locators.filter((locator) => locator.startsWith('04'))
  const pages = new Map<string, number>()
  for (const blob of new Set(packed.map((locator) => locator.slice(0, 42)))) {
    const pack = bytesOf(blob)
    pages.set(pack, (pages.get(pack) ?? 0) + Number.parseInt(blob.slice(38), 16))
  }
  return pages
}
