/** One moment of the database as a file of its own, made beside whoever else uses it. */
import { backup, DatabaseSync } from 'node:sqlite'
import { Connection } from './connection.ts'
import { freeAllPins } from './pins.ts'

export interface Copying {
  readonly file: string
  /** There is nothing there yet. */
  readonly to: string
  /** Pages of one step, between which `onStep` is told. */
  readonly pagesAtOnce: number
  readonly onStep: (donePages: number, wholePages: number) => void
}

/** Without a log beside it, and without anybody's pin. It is not synced: whoever gives it a name that counts syncs it first. */
export async function copyDatabase({ file, to, pagesAtOnce, onStep }: Copying): Promise<void> {
  const source = new DatabaseSync(file, { readOnly: true })
  try {
    // Held open, it makes the moment: otherwise every commit of the server would let the copy begin anew.
    source.exec('BEGIN')
    source.prepare('SELECT count(*) FROM life').get()
    const progress = (at: { remainingPages: number; totalPages: number }): void =>
      onStep(at.totalPages - at.remainingPages, at.totalPages)
    await backup(source, to, { rate: pagesAtOnce, progress })
  } finally {
    source.close()
  }
  standAlone(to)
}

function standAlone(path: string): void {
  const db = new Connection(new DatabaseSync(path))
  try {
    // Until it is synced as a whole nobody counts on any of it.
    db.exec('PRAGMA synchronous = OFF')
    freeAllPins(db)
    db.get('PRAGMA journal_mode = DELETE')
  } finally {
    db.close()
  }
}
