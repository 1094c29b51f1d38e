/**
 * The writer of a database that several processes read: before a transaction changes a bucket, everybody who remembers buckets
 * has forgotten them, and nobody remembers any again before it is done. Told only afterwards, one process could still answer
 * with the old row after another has answered with the new one.
 */
import { writesBuckets } from './bucket-cache.ts'
import type { Answer, Argument, TransactionName, Writer } from './transactions.ts'

/** Whoever remembers rows of buckets. */
export interface BucketKeeper {
  /** Resolves when nothing is remembered any more, and nothing will be before `changed`. */
  changing(): Promise<void>
  /** Once for each `changing`. */
  changed(): void
}

export class SharedWriter implements Writer {
  readonly #writer: Writer
  readonly #keepers = new Set<BucketKeeper>()
  /** Transactions under way that change buckets. */
  #changing = 0

  constructor(writer: Writer) {
    this.#writer = writer
  }

  get failure(): Error | undefined {
    return this.#writer.failure
  }

  /** Answers how to leave. Who joins in the middle of a change is told of it, and remembers nothing before its end. */
  join(keeper: BucketKeeper): () => void {
    this.#keepers.add(keeper)
    for (let change = 0; change < this.#changing; change++) void keeper.changing()
    return () => this.#keepers.delete(keeper)
  }

  async write<Name extends TransactionName>(
    name: Name,
    argument: Argument<Name>,
  ): Promise<Answer<Name>> {
    if (!writesBuckets(name)) return this.#writer.write(name, argument)
    this.#changing += 1
    try {
      await Promise.all(Array.from(this.#keepers, (keeper) => keeper.changing()))
      return await this.#writer.write(name, argument)
    } finally {
      this.#changing -= 1
      for (const keeper of this.#keepers) keeper.changed()
    }
  }

  async close(): Promise<void> {
    await this.#writer.close()
  }
}
