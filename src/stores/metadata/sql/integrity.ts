/**
 * The thread of SQLite's own check. One table after the other, each in a transaction of its own: what a long reader pins of the
 * log is bounded by the largest table.
 */
import { parentPort, workerData } from 'node:worker_threads'
import type { Connection } from './connection.ts'
import { text } from './connection.ts'
import { openReader } from './files.ts'
import type { FromIntegrity, IntegrityData } from './integrity-check.ts'
import { describe } from './messages.ts'

const tablesOf = `SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name`
/** More of them say nothing new. */
const foundMax = 20

const { file, full } = workerData as IntegrityData

function check(): readonly string[] {
  const db = openReader(file)
  try {
    const names = db.all(tablesOf).map((row) => text(row, 'name'))
    return names.flatMap((name) => checkTable(db, name))
  } finally {
    db.close()
  }
}

function checkTable(db: Connection, table: string): readonly string[] {
  try {
    return askSqlite(db, table)
  } catch (error) {
    // A page so damaged that the check itself cannot go on.
    if (!(error instanceof Error) || !('errcode' in error)) throw error
    return [`${table}: ${error.message}`]
  }
}

function askSqlite(db: Connection, table: string): readonly string[] {
  const pragma = full ? 'integrity_check' : 'quick_check'
  const said = db.all(`PRAGMA ${pragma}('${table}')`).flatMap((row) => Object.values(row))
  const wrong = said.filter((word) => word !== 'ok').slice(0, foundMax)
  return wrong.map((word) => `${table}: ${String(word)}`)
}

function send(message: FromIntegrity): void {
  parentPort?.postMessage(message, [])
}

try {
  send({ found: check() })
} catch (error) {
  send({ error: describe(error) })
}
