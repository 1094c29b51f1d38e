/**
 * The numbers of all workers, as the first process has them: what those that live told last, and what those that ended had
 * counted. A worker tells when it is asked, and at its end. It is asked for every answer at `/metrics`, and now and then without
 * one, so that little is lost with a worker that is killed (docs/decisions/0022-metrics-of-several-processes.md).
 */
import { gauge, type Family } from '../../observe/families.ts'
import { countedOnly, joined } from '../../observe/joined.ts'

/** Asked this often though nobody looks: so much of what it counted can be lost with a worker. */
const everyMs = 5000
/** An answer at `/metrics` waits so long for a worker: a fifth of what Prometheus waits for the whole. */
const waitMs = 2000

export interface TellerParts {
  /** What the worker is called. */
  readonly process: string
  readonly ask: () => void
}

export class WorkerNumbers implements Disposable {
  readonly #tellers = new Set<Teller>()
  readonly #timer: NodeJS.Timeout
  #ended: readonly Family[] = []

  constructor() {
    this.#timer = setInterval(() => {
      for (const teller of this.#tellers) teller.ask()
    }, everyMs).unref()
  }

  join(parts: TellerParts): Teller {
    const teller = new Teller(parts)
    this.#tellers.add(teller)
    return teller
  }

  /** It has ended, and everything that it told was taken. What it counted stays. */
  leave(teller: Teller): void {
    this.#tellers.delete(teller)
    this.#ended = joined([...this.#ended, ...countedOnly(teller.told)])
    teller.end()
  }

  /** A family comes as often as there are processes that told it. Of a worker that does not tell in time it is what it told last. */
  async families(): Promise<readonly Family[]> {
    const heard = await Promise.all(
      Array.from(this.#tellers, async (teller) => ({ teller, isHeard: await teller.hear() })),
    )
    const unheard = heard
      .filter(({ teller }) => this.#tellers.has(teller))
      .map(({ teller: { process }, isHeard }) => ({
        labels: { process },
        value: Number(!isHeard),
      }))
    const help = 'Whether a worker did not tell its numbers in time, so that they are of earlier'
    const told = Array.from(this.#tellers, (teller) => teller.told)
    return [gauge('ashlar_worker_unheard', help, unheard), ...this.#ended, ...told.flat()]
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer)
  }
}

interface Wish {
  /** The question whose answer is wanted, or that of a later one. */
  readonly question: number
  readonly resolve: (isHeard: boolean) => void
}

/** One worker, which may be slow to tell, or never. */
export class Teller {
  readonly process: string
  readonly #ask: () => void
  readonly #wishes = new Set<Wish>()
  #told: readonly Family[] = []
  #asked = 0
  #answered = 0

  constructor({ process, ask }: TellerParts) {
    this.process = process
    this.#ask = ask
  }

  /** All that it has counted since it began, as it told last. */
  get told(): readonly Family[] {
    return this.#told
  }

  /** True once it has told what it has counted until now; false when it has not in time. */
  async hear(): Promise<boolean> {
    const { promise, resolve } = Promise.withResolvers<boolean>()
    // The answer to a question that is under way may have been made before.
    const wish = { question: this.#asked + 1, resolve }
    this.#wishes.add(wish)
    this.ask()
    const late = setTimeout(resolve, waitMs, false)
    const isHeard = await promise
    clearTimeout(late)
    this.#wishes.delete(wish)
    return isHeard
  }

  /** One question at a time, so that they do not heap up where nobody reads them. */
  ask(): void {
    if (this.#asked > this.#answered) return
    this.#asked += 1
    this.#ask()
  }

  take(told: readonly Family[]): void {
    this.#told = told
    this.#answered = this.#asked
    for (const { question, resolve } of this.#wishes) {
      if (question <= this.#answered) resolve(true)
      else this.ask()
    }
  }

  /** There is nothing more to hear of it. */
  end(): void {
    for (const { resolve } of this.#wishes) resolve(true)
  }
}
