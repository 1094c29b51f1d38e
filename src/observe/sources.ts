/**
 * Where numbers come from, each source by a name of its own. One that fails is left out and counted, so that a damaged part of
 * the server does not take the others' numbers away just when they are needed.
 */
import { counter, type Family } from './families.ts'
import { joined } from './joined.ts'
import type { Log } from './log.ts'

export type Source = () => readonly Family[] | Promise<readonly Family[]>

export class Sources {
  readonly #sources: ReadonlyArray<readonly [name: string, source: Source]>
  readonly #failures: Map<string, number>
  readonly #log: Log

  constructor(sources: Readonly<Record<string, Source>>, log: Log) {
    this.#sources = Object.entries(sources)
    this.#failures = new Map(this.#sources.map(([name]) => [name, 0]))
    this.#log = log
  }

  /** Everything as of now, as plain data; each family once. */
  async collect(): Promise<readonly Family[]> {
    const found: Family[] = []
    for (const [name, source] of this.#sources) found.push(...(await this.#ask(name, source)))
    const failures = [...this.#failures].map(([name, value]) => ({
      labels: { source: name },
      value,
    }))
    const help = 'Times that numbers of a source were left out, for they could not be had'
    return joined([...found, counter('ashlar_metrics_failures', help, failures)])
  }

  async #ask(name: string, source: Source): Promise<readonly Family[]> {
    try {
      return await source()
    } catch (error) {
      this.#failures.set(name, (this.#failures.get(name) ?? 0) + 1)
      this.#log.warn({ source: name, err: error }, 'numbers are left out of /metrics')
      return []
    }
  }
}
