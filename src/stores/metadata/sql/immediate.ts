/** The writer of the memory form: the same transactions, at once, on the connection that also reads. */
import type { Connection } from './connection.ts'
import { performGroup } from './group.ts'
import type { Answer, Argument, TransactionName, Writer } from './transactions.ts'

export class ImmediateWriter implements Writer {
  readonly #db: Connection
  #failure: Error | undefined

  constructor(db: Connection) {
    this.#db = db
  }

  get failure(): Error | undefined {
    return this.#failure
  }

  async write<Name extends TransactionName>(
    name: Name,
    argument: Argument<Name>,
  ): Promise<Answer<Name>> {
    if (this.#failure !== undefined) throw this.#failure
    const [outcome] = this.#perform(name, argument)
    if (outcome !== undefined && 'error' in outcome) throw outcome.error
    return outcome?.value as Answer<Name>
  }

  async close(): Promise<void> {
    this.#failure ??= new Error('the metadata store is closed')
  }

  #perform(name: TransactionName, argument: unknown): ReturnType<typeof performGroup> {
    try {
      return performGroup(this.#db, [{ id: 0, name, argument }])
    } catch (error) {
      this.#failure = error instanceof Error ? error : new Error(String(error))
      throw error
    }
  }
}
