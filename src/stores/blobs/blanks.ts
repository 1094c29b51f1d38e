/**
 * Blanks: files that wait for their blobs. They are made ahead, many at a time, under the names that come next, and one sync
 * of their folder makes all these names durable. A blob whose file was ready needs its own sync and no other.
 *
 * A blank is an unfinished blob like any other: nobody reads it, the next life removes it.
 */
import type { BlobNames, FileId } from '../../base/ids.ts'
import type { OpenFile } from './file-system.ts'
import type { Folders } from './folders.ts'

/** Blanks made at once: as many as blobs are being written, within these bounds. */
const atOnceMin = 8
const atOnceMax = 16
/** What waits is given up when no blob was written for so long: a server at rest has no files that are no blobs, and no descriptors for them. */
const idleMs = 10_000

export interface BlanksParts {
  readonly names: Pick<BlobNames, 'ahead' | 'next'>
  /** Blobs that are written before there are blanks: whoever writes a few needs no thread for them. */
  readonly after: number
  readonly folders: Pick<Folders, 'make' | 'folder' | 'path'>
  readonly createMany: (paths: readonly string[]) => Promise<readonly OpenFile[]>
  readonly syncFolder: (folder: string) => Promise<void>
  readonly unlink: (path: string) => Promise<void>
}

type Blank = Promise<OpenFile | undefined>

export class Blanks implements AsyncDisposable {
  readonly #parts: BlanksParts
  /** In the order of their names, which is that in which they are asked for. */
  readonly #waiting = new Map<FileId, Blank>()
  readonly #unwanted = new Set<Promise<void>>()
  #asked = 0
  #isOver = false
  #idle: NodeJS.Timeout | undefined

  constructor(parts: BlanksParts) {
    this.#parts = parts
  }

  /**
   * The file of `id`, whose name is durable; undefined where none was made, so that its writer makes it. Called once for each
   * name, before the next one is handed out. `running` blobs are being written.
   */
  take(id: FileId, running: number): Blank | undefined {
    this.#asked += 1
    this.#passOver(id)
    const blank = this.#waiting.get(id)
    this.#waiting.delete(id)
    if (this.#asked > this.#parts.after) this.#refill(running)
    return blank
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isOver = true
    clearTimeout(this.#idle)
    this.#giveUp()
    await Promise.all(this.#unwanted)
  }

  #watch(): void {
    const asked = this.#asked
    const look = (): void => {
      this.#idle = undefined
      if (asked === this.#asked) this.#giveUp()
      else this.#watch()
    }
    this.#idle = setTimeout(look, idleMs).unref()
  }

  /** Their names are passed over, too: a file may still be there for a moment when its name would come next. */
  #giveUp(): void {
    for (const [id, blank] of this.#waiting) {
      this.#parts.names.next()
      this.#drop(id, blank)
    }
    this.#waiting.clear()
  }

  /** Names before `id` were handed out, and no blob came of them. */
  #passOver(id: FileId): void {
    for (const [before, blank] of this.#waiting) {
      if (before >= id) return
      this.#waiting.delete(before)
      this.#drop(before, blank)
    }
  }

  #refill(running: number): void {
    const atOnce = Math.min(Math.max(running, atOnceMin), atOnceMax)
    if (this.#isOver || this.#waiting.size > atOnce / 2) return
    const { names, folders } = this.#parts
    const coming = names.ahead(this.#waiting.size + atOnce)
    const fresh = coming.filter((id) => !this.#waiting.has(id))
    const folder = fresh[0] && folders.folder(fresh[0])
    const ids = fresh.filter((id) => folders.folder(id) === folder)
    const making = this.#make(ids)
    if (this.#idle === undefined) this.#watch()
    for (const [index, id] of ids.entries())
      this.#waiting.set(
        id,
        making.then((files) => files[index]),
      )
  }

  /** What cannot be made now is not missed: whoever wants it tries again and says why. A sync that fails is told by whoever does it. */
  async #make(ids: readonly FileId[]): Promise<readonly OpenFile[]> {
    const { folders, createMany, syncFolder } = this.#parts
    const [first] = ids
    if (first === undefined) return []
    let files: readonly OpenFile[] = []
    try {
      await folders.make(first)
      files = await createMany(ids.map((id) => folders.path(id)))
      await syncFolder(folders.folder(first))
      return files
    } catch {
      // Whoever makes one of them by itself finds its name free.
      await Promise.all(files.map((file, index) => this.#remove(ids[index] ?? first, file)))
      return []
    }
  }

  #drop(id: FileId, blank: Blank): void {
    const dropping = blank.then((file) => this.#remove(id, file))
    this.#unwanted.add(dropping)
    void dropping.then(() => this.#unwanted.delete(dropping))
  }

  /** What does not go is an empty file, which the next life removes. */
  async #remove(id: FileId, file: OpenFile | undefined): Promise<void> {
    if (file === undefined) return
    const { unlink, folders } = this.#parts
    await Promise.allSettled([file.close(), unlink(folders.path(id))])
  }
}
