/**
 * The folders that blobs lie in: `<epoch>/<sequence / 1024>/<id>`, all hexadecimal, made when first needed.
 *
 * Blobs written at the same time are neighbours, so one folder sync serves many of them, and no folder grows beyond
 * a thousand entries. No name comes from a client (a key never becomes a path).
 */
import { join } from 'node:path'
import { fileId, type FileId } from '../../base/ids.ts'
import { failedWith, type FileSystem } from './file-system.ts'
import type { FolderSyncs } from './folder-syncs.ts'

const epochShape = /^[0-9a-f]{8}$/
const groupShape = /^[0-9a-f]{6}$/
const idShape = /^[0-9a-f]{32}$/
const groupBits = 10
/** Folders remembered as made; writers use the newest ones. */
const rememberedMax = 64

export class Folders {
  readonly #root: string
  readonly #fs: FileSystem
  readonly #syncs: FolderSyncs
  readonly #made = new Map<string, Promise<void>>()

  constructor(root: string, fs: FileSystem, syncs: FolderSyncs) {
    this.#root = root
    this.#fs = fs
    this.#syncs = syncs
  }

  /** Folder of a blob, whether it exists or not. */
  folder(id: FileId): string {
    const group = Number.parseInt(id.slice(8, 16), 16) >>> groupBits
    return join(this.#root, id.slice(0, 8), group.toString(16).padStart(6, '0'))
  }

  path(id: FileId): string {
    return join(this.folder(id), id)
  }

  /** Makes the folder of a blob, durably, unless it is there. */
  async make(id: FileId): Promise<void> {
    await this.#makeOnce(join(this.#root, id.slice(0, 8)), this.#root)
    await this.#makeOnce(this.folder(id), join(this.#root, id.slice(0, 8)))
  }

  /** Every file, in order; those after `after` only. Strangers' files are passed over. */
  async *files(after?: FileId): AsyncGenerator<FileId> {
    const passed = after === undefined ? '' : this.folder(after)
    for (const epoch of await this.#entries(this.#root, epochShape)) {
      if (after !== undefined && epoch < after.slice(0, 8)) continue
      for (const group of await this.#entries(join(this.#root, epoch), groupShape)) {
        const folder = join(this.#root, epoch, group)
        if (folder < passed) continue
        const names = await this.#entries(folder, idShape)
        yield* names.filter((name) => after === undefined || name > after).map(fileId)
      }
    }
  }

  #makeOnce(folder: string, parent: string): Promise<void> {
    const known = this.#made.get(folder)
    if (known !== undefined) return known
    const making = this.#make(folder, parent)
    this.#made.set(folder, making)
    void making.catch(() => this.#made.delete(folder))
    for (const oldest of this.#made.keys()) {
      if (this.#made.size <= rememberedMax) break
      this.#made.delete(oldest)
    }
    return making
  }

  /** A folder that was there already may be one whose entry was never synced: its parent is synced in both cases. */
  async #make(folder: string, parent: string): Promise<void> {
    try {
      await this.#fs.makeFolder(folder)
    } catch (error) {
      if (!failedWith(error, 'EEXIST')) throw error
    }
    await this.#syncs.sync(parent)
  }

  async #entries(folder: string, shape: RegExp): Promise<readonly string[]> {
    try {
      return (await this.#fs.readFolder(folder)).filter((name) => shape.test(name)).toSorted()
    } catch (error) {
      if (failedWith(error, 'ENOENT')) return []
      throw error
    }
  }
}
