/** Blobs copied from one folder of blobs into another, each proven from its copy before it gets its name. */
import { copyFile, link, mkdir, open, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { placeOf, type BlobId, type FileId } from '../../base/ids.ts'
import { isDamage } from './damage.ts'
import type { BlobExaminer } from './examiner.ts'
import { failedWith, nodeFileSystem } from './file-system.ts'
import { BlobCorrupt, BlobMissing } from './store.ts'

export interface CopierParts {
  readonly from: BlobExaminer
  readonly to: BlobExaminer
  /** A second name of the same file instead of a copy: no bytes, but on one disk. Both must lie on one file system. */
  readonly link: boolean
}

export interface Copied {
  /** Of blobs that were copied; 0 when whole ones were there. */
  readonly bytes: number
  readonly damaged: readonly DamagedCopy[]
}

export interface DamagedCopy {
  readonly blob: BlobId
  /** BlobMissing, BlobCorrupt, or what reading its bytes failed with. */
  readonly error: unknown
}

export class BlobCopier {
  readonly #parts: CopierParts
  /** Those with new names. */
  readonly #folders = new Set<string>()

  constructor(parts: CopierParts) {
    this.#parts = parts
  }

  /** A file, for these of its blobs. What is wrong with them is told; a file in which no blob is whole is not copied. */
  async copy(file: FileId, blobs: readonly BlobId[]): Promise<Copied> {
    const { from, to } = this.#parts
    if (await this.#areThere(blobs)) return { bytes: 0, damaged: [] }
    const path = to.path(file)
    const unfinished = `${path}.new`
    await mkdir(dirname(path), { recursive: true, mode: 0o700 })
    await rm(unfinished, { force: true })
    try {
      const isPack = blobs.some((id) => placeOf(id) !== undefined)
      await this.#bring(from.path(file), unfinished, isPack)
      const copied = await proven(to, blobs, unfinished)
      if (copied.damaged.length === blobs.length) await rm(unfinished)
      else await rename(unfinished, path)
      this.#folders.add(dirname(path))
      return copied
    } catch (error) {
      await rm(unfinished, { force: true })
      if (!failedWith(error, 'ENOENT') && !failedWith(error, 'EIO')) throw error
      return { bytes: 0, damaged: blobs.map((blob) => ({ blob, error: missingOr(error, blob) })) }
    }
  }

  /** Makes the names of what was copied durable, once they lie in so many folders. */
  async sync(foldersMin = 1): Promise<void> {
    if (this.#folders.size < foldersMin) return
    const folders = [...this.#folders]
    this.#folders.clear()
    const above = folders.flatMap((folder) => [dirname(folder), dirname(dirname(folder))])
    for (const folder of new Set([...folders, ...above])) await nodeFileSystem.syncFolder(folder)
  }

  async #areThere(blobs: readonly BlobId[]): Promise<boolean> {
    try {
      for (const blob of blobs) await this.#parts.to.sizeOf(blob)
      return true
    } catch (error) {
      if (error instanceof BlobMissing || error instanceof BlobCorrupt) return false
      throw error
    }
  }

  /** A pack is copied even where links are asked for: of the one file a blob may be struck, of the other it is still named. */
  async #bring(from: string, to: string, isPack: boolean): Promise<void> {
    if (this.#parts.link && !isPack) return link(from, to)
    await copyFile(from, to)
    await synced(to)
  }
}

function missingOr(error: unknown, blob: BlobId): unknown {
  return failedWith(error, 'ENOENT') ? new BlobMissing(`there is no blob ${blob}`) : error
}

async function proven(
  examiner: BlobExaminer,
  blobs: readonly BlobId[],
  path: string,
): Promise<Copied> {
  let bytes = 0
  const damaged: DamagedCopy[] = []
  for (const blob of blobs) {
    try {
      for await (const piece of examiner.proveFile(blob, path)) bytes += piece
    } catch (error) {
      if (!isDamage(error)) throw error
      damaged.push({ blob, error })
    }
  }
  return { bytes, damaged }
}

async function synced(path: string): Promise<void> {
  const handle = await open(path, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
