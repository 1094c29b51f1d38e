/**
 * Blobs that nobody seems to name, set aside for a while instead of removed: should an index have been wrong, their bytes are
 * still there. `<folder>/<day>/<id>`, the day on which they came.
 */
import { mkdir, readdir, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Clock, Instant } from '../../base/clock.ts'
import type { FileId } from '../../base/ids.ts'
import { failedWith, nodeFileSystem } from './file-system.ts'

const dayMs = 24 * 60 * 60 * 1000
const dayShape = /^\d{4}-\d{2}-\d{2}$/

export interface QuarantineOptions {
  /** On the file system of the blobs; made when it is needed. */
  readonly directory: string
  /** Where the file of a blob lies. */
  readonly pathOf: (id: FileId) => string
  readonly clock: Clock
}

export class Quarantine {
  readonly #options: QuarantineOptions

  constructor(options: QuarantineOptions) {
    this.#options = options
  }

  /** Durable when it resolves. A blob that is gone already is none. */
  async setAside(id: FileId): Promise<void> {
    const { directory, pathOf, clock } = this.#options
    const folder = join(directory, dayOf(clock.now()))
    const from = pathOf(id)
    await mkdir(folder, { recursive: true, mode: 0o700 })
    try {
      await rename(from, join(folder, id))
    } catch (error) {
      if (failedWith(error, 'ENOENT')) return
      throw error
    }
    for (const path of [folder, directory, dirname(directory), dirname(from)])
      await nodeFileSystem.syncFolder(path)
  }

  /** Removes what was set aside more than `keptMs` ago; answers the days that went. */
  async expire(keptMs: number): Promise<readonly string[]> {
    const { directory, clock } = this.#options
    const last = dayOf(clock.now() - keptMs)
    const gone = (await daysIn(directory)).filter((day) => day < last)
    for (const day of gone) await rm(join(directory, day), { recursive: true })
    return gone
  }
}

async function daysIn(directory: string): Promise<readonly string[]> {
  try {
    return (await readdir(directory)).filter((name) => dayShape.test(name)).toSorted()
  } catch (error) {
    if (failedWith(error, 'ENOENT')) return []
    throw error
  }
}

function dayOf(now: Instant): string {
  return new Date(Math.floor(now / dayMs) * dayMs).toISOString().slice(0, 10)
}
