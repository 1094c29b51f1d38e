/** What was set aside is let go after a while in which a scrub had time to notice that it was named after all. */
import type { Quarantine } from '../stores/blobs/quarantine.ts'
import type { Job } from './job.ts'

export interface QuarantineParts {
  readonly quarantine: Pick<Quarantine, 'expire'>
  readonly keptMs: number
  /** An index was found damaged: everything is kept. */
  readonly isIndexDamaged?: () => boolean
}

export class QuarantineJob implements Job {
  readonly name = 'quarantine'
  readonly #parts: QuarantineParts

  constructor(parts: QuarantineParts) {
    this.#parts = parts
  }

  async step(): Promise<boolean> {
    const { quarantine, keptMs, isIndexDamaged } = this.#parts
    if (isIndexDamaged?.() !== true) await quarantine.expire(keptMs)
    return false
  }
}
