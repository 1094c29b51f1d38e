/** Blobs copied from one folder of blobs into another, each proven from its copy before it gets its name. */
import { copyFile, link, mkdir, open, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { BlobId } from '../../base/ids.ts'
import type { BlobExaminer } from './examiner.ts'
import { failedWith, nodeFileSystem } from './file-system.ts'
import { BlobCorrupt, BlobMissing } from './store.ts'

export interface CopierParts {
  readonly from: BlobExaminer
  readonly to: BlobExaminer
  /** A second name of the same file instead of a copy: no bytes, but on one disk. Both must lie on one file system. */
  readonly link: boolean
}

export class BlobCopier {
  readonly #parts: CopierParts
  /** Those with new names. */
  readonly #folders = new Set<string>()

  constructor(parts: CopierParts) {
    this.#parts = parts
  }

  /** Bytes that were copied; 0 when a whole one was there. Throws BlobMissing, BlobCorrupt; then there is no copy. */
  async copy(id: BlobId): Promise<number> {
    const { from, to } = this.#parts
    if (await this.#isThere(id)) return 0
    const path = to.path(id)
    const unfinished = `${path}.new`
    await mkdir(dirname(path), { recursive: true, mode: 0o700 })
    await rm(unfinished, { force: true })
    try {
      await this.#bring(from.path(id), unfinished)
      const sizeBytes = await proven(to, id, unfinished)
      await rename(unfinished, path)
      this.#folders.add(dirname(path))
      return sizeBytes
    } catch (error) {
      await rm(unfinished, { force: true })
      if (failedWith(error, 'ENOENT')) throw new BlobMissing(`there is no blob ${id}`)
      throw error
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

  async #isThere(id: BlobId): Promise<boolean> {
    try {
      await this.#parts.to.sizeOf(id)
      return true
    } catch (error) {
      if (error instanceof BlobMissing || error instanceof BlobCorrupt) return false
      throw error
    }
  }

  async #bring(from: string, to: string): Promise<void> {
    if (this.#parts.link) return link(from, to)
    await copyFile(from, to)
    await synced(to)
  }
}

async function proven(blobs: BlobExaminer, id: BlobId, path: string): Promise<number> {
  let sizeBytes = 0
  for await (const bytes of blobs.proveFile(id, path)) sizeBytes += bytes
  return sizeBytes
}

async function synced(path: string): Promise<void> {
  const handle = await open(path, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
