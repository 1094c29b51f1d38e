/** Damage to the rows that say where bytes lie: a column changed, or the same columns of two rows exchanged. */
import { DatabaseSync, type SQLInputValue } from 'node:sqlite'

/** What belongs together and could be exchanged without breaking a rule of the database. */
const tables = [
  { table: 'objects', key: 'key', columns: ['ver', 'version', 'locator', 'record'] },
  { table: 'small', key: 'id', columns: ['crc', 'bytes'] },
  { table: 'parts', key: 'number', columns: ['start', 'size', 'revision', 'locator', 'record'] },
  { table: 'buckets', key: 'name', columns: ['record'] },
] as const

export interface Damaged {
  readonly what: string
  readonly undo: () => void
}

type Row = Record<string, SQLInputValue>

/** Beside the running server, in a transaction of its own. */
export function damageRow(file: string, random: () => number): Damaged {
  const any = <T>(all: readonly T[]): T => all[Math.floor(random() * all.length)] as T
  const database = new DatabaseSync(file, { timeout: 5000 })
  const { table, key, columns } = any(tables)
  const rows = database.prepare(`SELECT * FROM ${table} ORDER BY random() LIMIT 2`).all() as Row[]
  const [row, other] = rows
  if (row === undefined) throw new Error(`${table} is empty`)
  const content = 'content' in row ? 'content' : key
  const write = (target: Row, names: readonly string[], from: Row): void => {
    const sets = names.map((name) => `${name} = ?`).join(', ')
    const values = names.map((name) => from[name] ?? null)
    database
      .prepare(`UPDATE ${table} SET ${sets} WHERE ${key} = ? AND ${content} = ?`)
      .run(...values, target[key] ?? null, target[content] ?? null)
  }
  const isExchange = other !== undefined && random() < 0.4
  const names = isExchange && random() < 0.7 ? columns : [any(columns)]
  if (isExchange) {
    write(row, names, other)
    write(other, names, row)
  } else {
    for (const name of names)
      write(row, names, { ...row, [name]: changed(row[name] ?? null, random) })
  }
  const undo = (): void => {
    write(row, columns, row)
    if (other !== undefined) write(other, columns, other)
    database.close()
  }
  const how = isExchange ? `exchanged with ${JSON.stringify(other[key])}` : 'damaged'
  return { what: `${table} ${JSON.stringify(row[key])}: ${names.join(', ')} ${how}`, undo }
}

function changed(value: SQLInputValue, random: () => number): SQLInputValue {
  if (value instanceof Uint8Array) {
    const damaged = Buffer.from(value)
    const at = Math.floor(random() * damaged.length)
    damaged[at] = (damaged[at] ?? 0) ^ (1 << Math.floor(random() * 8))
    return damaged
  }
  if (typeof value === 'number') return value ^ (1 << Math.floor(random() * 20))
  return `${JSON.stringify(value)}x`
}
