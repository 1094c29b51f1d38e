/** Group commit: many calls, each all or nothing, in one transaction with one sync. */
import { isRefusal } from '../store.ts'
import type { Connection } from './connection.ts'
import type { TransactionName } from './transactions.ts'
import { perform } from './transactions.ts'

export interface Call {
  readonly id: number
  readonly name: TransactionName
  readonly argument: unknown
}

export type Outcome =
  | { readonly id: number; readonly value: unknown }
  | { readonly id: number; readonly error: unknown }

/** What writes nothing before it is refused. */
const refusedFirst: ReadonlySet<TransactionName> = new Set(['putObject', 'deleteObject'] as const)

/** A call threw that had no savepoint of its own. */
class Unsaved extends Error {
  override readonly name = 'Unsaved'
}

/**
 * A call that is refused or throws leaves no trace and does not disturb its neighbours. What the engine itself says
 * (a failed write, sync or commit) is thrown: then nothing in memory can be believed and no call has succeeded.
 *
 * A savepoint costs two statements and a copy of every page that is written under it. What has written nothing when it is
 * refused needs none unless it throws, which is a defect: then the whole group is undone, and done again with all of them.
 */
export function performGroup(db: Connection, calls: readonly Call[]): Outcome[] {
  try {
    return commit(db, calls, (call) =>
      refusedFirst.has(call.name) ? performUnsaved(db, call) : performSaved(db, call),
    )
  } catch (error) {
    if (!(error instanceof Unsaved)) throw error
  }
  db.run('ROLLBACK')
  return commit(db, calls, (call) => performSaved(db, call))
}

function commit(
  db: Connection,
  calls: readonly Call[],
  performOne: (call: Call) => Outcome,
): Outcome[] {
  db.run('BEGIN IMMEDIATE')
  const outcomes = calls.map(performOne)
  db.run('COMMIT')
  return outcomes
}

function performUnsaved(db: Connection, { id, name, argument }: Call): Outcome {
  try {
    return { id, value: perform(db, name, argument) }
  } catch (error) {
    if (isFailureOfEngine(error)) throw explained(error)
    throw new Unsaved(undefined, { cause: error })
  }
}

function performSaved(db: Connection, call: Call): Outcome {
  db.run('SAVEPOINT call')
  const outcome = attempt(db, call)
  db.run('RELEASE call')
  return outcome
}

/** An engine that failed has no savepoint left to release: its own error is the one that must be heard. */
function attempt(db: Connection, { id, name, argument }: Call): Outcome {
  try {
    const value = perform(db, name, argument)
    if (isRefusal(value)) db.run('ROLLBACK TO call')
    return { id, value }
  } catch (error) {
    if (isFailureOfEngine(error)) throw explained(error)
    db.run('ROLLBACK TO call')
    return { id, error }
  }
}

/** Primary result codes that are about one statement and its values; SQLite undoes that statement and goes on. */
const ofOneStatement: ReadonlySet<number> = new Set([18, 19, 20, 25]) // TOOBIG, CONSTRAINT, MISMATCH, RANGE

/** CORRUPT and NOTADB: writing on would spread the damage. Reads of what is whole go on after a restart. */
const ofDamage: ReadonlySet<number> = new Set([11, 26])

function explained(error: Error & { readonly errcode: number }): Error {
  if (!ofDamage.has(error.errcode & 0xff)) return error
  const sentence = `the metadata database is damaged (${error.message}), so nothing more is written to it. Keep a copy of the data folder, then run ashlar verify; it says what is damaged and whether indexes can be mended or a backup is needed.`
  return new Error(sentence, { cause: error })
}

function isFailureOfEngine(error: unknown): error is Error & { readonly errcode: number } {
  if (!(error instanceof Error) || !('errcode' in error)) return false
  return typeof error.errcode === 'number' && !ofOneStatement.has(error.errcode & 0xff)
}
