/** What lies in a data folder against what its rows name: nothing may be missing, and after reclaim nothing left over. */
import { basename, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as sleep } from 'node:timers/promises'
import { blobFiles } from './blob-files.ts'

export interface Audit {
  readonly blobs: number
  /** Named by a row, and not there. */
  readonly missing: readonly string[]
  /** There, and named by no row and no entry of the reclaim queue. */
  readonly orphans: readonly string[]
  readonly queued: number
}

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
    const queue = column('SELECT lower(hex(locator)) AS name FROM reclaim')
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
    const left = found.queued + found.orphans.length
    if (left < least) end = performance.now() + patienceMs
    least = Math.min(least, left)
    const isWhole = mayMiss || found.missing.length === 0
    const isClean = isWhole && left === 0
    if (isClean || performance.now() > end) return found
    await sleep(50)
  }
}

/** A locator without the offset. */
function bytesOf(locator: string): string {
  return locator.startsWith('02') ? locator.slice(0, 34) : locator
}
