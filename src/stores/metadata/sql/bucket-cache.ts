/**
 * The bucket rows that every request asks for, as long as nobody writes a bucket. All writes pass this object first, since one
 * process has the database: so what it answers is never older than the last write that anybody was told of.
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
  'createUpload',
  'putPart',
  'abortUpload',
  'completeUpload',
  'expireReceipts',
  'finishReclaim',
  'blobsRemoved',
] as const)

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
        elsewhere.has(name)
          ? writer.write(name, argument)
          : this.changed(() => writer.write(name, argument)),
      close: () => writer.close(),
    }
  }

  /** Runs a write that may change any row. */
  async changed<T>(write: () => Promise<T>): Promise<T> {
    this.#writing += 1
    this.#rows.clear()
    try {
      return await write()
    } finally {
      this.#writing -= 1
    }
  }
}
