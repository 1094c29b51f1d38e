/** All that a database of metadata says, as one text: two that say the same are the same to everybody. */
import { createHash } from 'node:crypto'
import { DatabaseSync } from 'node:sqlite'

const tables = [
  'life',
  'buckets',
  'objects',
  'versions',
  'small',
  'uploads',
  'parts',
  'receipts',
  'reclaim',
]

/** SHA-256 of every row of every table. */
export function rowsOf(file: string): string {
  const db = new DatabaseSync(file, { readOnly: true })
  const hash = createHash('sha256')
  try {
    for (const table of tables)
      for (const row of db.prepare(`SELECT * FROM ${table}`).iterate())
        hash.update(
          JSON.stringify(Object.entries(row).map(([name, value]) => [name, shown(value)])),
        )
    return hash.digest('hex')
  } finally {
    db.close()
  }
}

function shown(value: unknown): unknown {
  return value instanceof Uint8Array ? Buffer.from(value).toString('hex') : String(value)
}
