/** The writer of a process that is not the one that writes: calls go out once a turn of the event loop, and so do the answers. */
import type { Call } from './group.ts'
import type { Described } from './messages.ts'
import { revive } from './messages.ts'
import type { Answer, Argument, TransactionName, Writer } from './transactions.ts'

/** What became of a call. */
export type Answered =
  | { readonly id: number; readonly value: unknown }
  | { readonly id: number; readonly error: Described }

interface Waiting {
  readonly resolve: (value: unknown) => void
  readonly reject: (error: Error) => void
}

export class RemoteWriter implements Writer {
  readonly #send: (calls: readonly Call[]) => void
  readonly #waiting = new Map<number, Waiting>()
  #queue: Call[] = []
  #nextId = 0
  #failure: Error | undefined

  constructor(send: (calls: readonly Call[]) => void) {
    this.#send = send
  }

  get failure(): Error | undefined {
    return this.#failure
  }

  async write<Name extends TransactionName>(
    name: Name,
    argument: Argument<Name>,
  ): Promise<Answer<Name>> {
    if (this.#failure !== undefined) throw this.#failure
    const { promise, resolve, reject } = Promise.withResolvers<unknown>()
    const id = this.#nextId++
    this.#waiting.set(id, { resolve, reject })
    this.#queue.push({ id, name, argument })
    if (this.#queue.length === 1) setImmediate(() => this.#flush())
    return (await promise) as Answer<Name>
  }

  /** What the one that writes made of earlier calls. */
  take(outcomes: readonly Answered[]): void {
    for (const outcome of outcomes) {
      const waiting = this.#waiting.get(outcome.id)
      this.#waiting.delete(outcome.id)
      if ('error' in outcome) waiting?.reject(revive(outcome.error))
      else waiting?.resolve(outcome.value)
    }
  }

  /** To be called when nobody waits any more: it closes nothing, for the database is not this process' to close. */
  async close(): Promise<void> {
    this.#failure ??= new Error('the metadata store is closed')
  }

  #flush(): void {
    const calls = this.#queue
    this.#queue = []
    this.#send(calls)
  }
}
