/**
 * The bucket rows that every request asks for, as long as nobody writes a bucket. All writes of this process pass this object
 * first, and those of others are told to it before they are done (shared-writer.ts): so what it answers is never older than the
 * last write that anybody was told of.
 */
import type { BucketRow } from '../records.ts'
import type { TransactionName, Writer } from './transactions.ts'

/** Rows kept; one more begins anew. */
const rowsMax = 1024

/** What writes no bucket. Whatever is not named here is taken to write one. */
const elsewhere: ReadonlySet<TransactionName> = new Set([
  'putObject',
  'deleteObject',
  'updateObject',
  'replaceEnvelope',
  'createUpload',
  'putPart',
  'abortUpload',
  'completeUpload',
  'expireReceipts',
  'finishReclaim',
  'filesRemoved',
  'settlePack',
  'abandonBytes',
  'takeEpoch',
] as const)

/** A row of a bucket may be another after this transaction. */
export function writesBuckets(name: TransactionName): boolean {
  return !elsewhere.has(name)
}

export class BucketCache {
  readonly #rows = new Map<string, BucketRow>()
  /** Writes under way: what is read meanwhile may be of before or of after, and is not kept. */
  #writing = 0

  get(name: string, read: () => BucketRow | undefined): BucketRow | undefined {
    const known = this.#rows.get(name)
    if (known !== undefined) return known
    const row = read()
    if (row === undefined || this.#writing > 0) return row
    if (this.#rows.size >= rowsMax) this.#rows.clear()
    this.#rows.set(name, row)
    return row
  }

  /** The writer through which all writes pass from now on. */
  watching(writer: Writer): Writer {
    return {
      get failure() {
        return writer.failure
      },
      write: (name, argument) =>
        writesBuckets(name)
          ? this.during(() => writer.write(name, argument))
          : writer.write(name, argument),
      close: () => writer.close(),
    }
  }

  /** Somebody is about to change a row: from here on until `changed` nothing is remembered. */
  changing(): void {
    this.#writing += 1
    this.#rows.clear()
  }

  /** Called once for each `changing`, when what was changed can be read. */
  changed(): void {
    this.#writing -= 1
  }

  /** Runs a write that may change any row. */
  async during<T>(write: () => Promise<T>): Promise<T> {
    this.changing()
    try {
      return await write()
    } finally {
      this.changed()
    }
  }
}
