/** Builds every index anew from its table: what mends an index that rotted while its table did not. Nobody else may use the file. */
import { openWriter } from './sql/files.ts'

/** Throws what SQLite says when a table itself is damaged, or two rows share what must be unique; then nothing has changed. */
export function rebuildIndexes(file: string): void {
  const db = openWriter(file)
  try {
    db.exec('REINDEX')
    db.get('PRAGMA wal_checkpoint(TRUNCATE)')
  } finally {
    db.close()
  }
}
