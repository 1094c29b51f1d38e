/** Receipts of completed uploads are forgotten after a while: by then no client repeats its CompleteMultipartUpload. */
import type { Clock } from '../base/clock.ts'
import type { MetadataStore } from '../stores/metadata/store.ts'
import type { Job } from './job.ts'

export interface ReceiptParts {
  readonly metadata: Pick<MetadataStore, 'expireReceipts'>
  readonly clock: Clock
  readonly keptMs: number
}

export class ReceiptJob implements Job {
  readonly name = 'receipts'
  readonly #parts: ReceiptParts

  constructor(parts: ReceiptParts) {
    this.#parts = parts
  }

  async step(): Promise<boolean> {
    const { metadata, clock, keptMs } = this.#parts
    await metadata.expireReceipts(clock.now() - keptMs)
    return false
  }
}
