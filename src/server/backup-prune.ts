/** Old snapshots of a backup, and the blobs that only they named, removed. Nobody else writes there meanwhile. */
import { readdir, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileOf, type BlobId, type FileId } from '../base/ids.ts'
import { openBlobExaminer } from '../stores/blobs/examiner.ts'
import { openExaminer, type MetadataExaminer } from '../stores/metadata/examiner.ts'
import { syncPath } from './backup-files.ts'

export interface Pruned {
  /** Names of the snapshots that went. */
  readonly snapshots: readonly string[]
  readonly blobs: number
}

/**
 * Keeps the newest `kept`, one at least, of the snapshots in `names`, which are all that there are, oldest first. Those that go
 * are gone for good before the first of their blobs is.
 */
export async function pruneBackup(
  backup: string,
  names: readonly string[],
  kept: number,
): Promise<Pruned> {
  const folder = join(backup, 'snapshots')
  const old = names.slice(0, -kept)
  for (const name of old) await rm(join(folder, name), { recursive: true })
  await syncPath(folder)
  using left = openAll(names.slice(-kept).map((name) => join(folder, name, 'metadata.sqlite')))
  return { snapshots: old, blobs: await pruneBlobs(backup, left.examiners) }
}

function openAll(files: readonly string[]): Disposable & { examiners: MetadataExaminer[] } {
  using undo = new DisposableStack()
  const examiners = files.map((file) => undo.use(openExaminer(file)))
  const opened = undo.move()
  return { examiners, [Symbol.dispose]: () => opened.dispose() }
}

/** Files are listed in the order in which each snapshot names its own, so a step beside each other is all that it takes. */
async function pruneBlobs(backup: string, snapshots: readonly MetadataExaminer[]): Promise<number> {
  const blobs = await openBlobExaminer(join(backup, 'blobs'))
  const named = snapshots.map((snapshot) => new Pointer(snapshot.blobs()[Symbol.iterator]()))
  let touched: string | undefined
  let removed = 0
  for await (const id of blobs.files()) {
    const isNamed = named.map((pointer) => pointer.reaches(id)).includes(true)
    if (isNamed) continue
    const path = blobs.path(id)
    // Those of one folder follow each other.
    if (touched !== undefined && touched !== dirname(path)) await forget(touched)
    await rm(path)
    touched = dirname(path)
    removed += 1
  }
  if (touched !== undefined) await forget(touched)
  return removed
}

/** Where one snapshot is in the order of files. */
class Pointer {
  readonly #ids: Iterator<BlobId>
  #at: FileId | undefined

  constructor(ids: Iterator<BlobId>) {
    this.#ids = ids
    this.#step()
  }

  /** Goes on up to `file`; whether the snapshot names a blob of it. */
  reaches(file: FileId): boolean {
    while (this.#at !== undefined && this.#at < file) this.#step()
    return this.#at === file
  }

  #step(): void {
    const next = this.#ids.next()
    this.#at = next.done === true ? undefined : fileOf(next.value)
  }
}

/** An empty folder goes as well. */
async function forget(folder: string): Promise<void> {
  if ((await readdir(folder)).length > 0) return syncPath(folder)
  await rm(folder, { recursive: true })
  await syncPath(dirname(folder))
}
