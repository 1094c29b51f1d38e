/** A folder for one test, removed with what lies in it. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface Folder extends AsyncDisposable {
  /** The database file in it. */
  readonly file: string
}

export async function temporaryFolder(): Promise<Folder> {
  const path = await mkdtemp(join(tmpdir(), 'ashlar-metadata-'))
  return {
    file: join(path, 'metadata.db'),
    [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }),
  }
}
