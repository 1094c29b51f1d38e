/** The numbers of a worker as it tells them to the first process. */
import { systemStopwatch, type Clock } from '../../base/clock.ts'
import type { Family } from '../../observe/families.ts'
import type { Log } from '../../observe/log.ts'
import { RuntimeMeters } from '../../observe/runtime.ts'
import { Sources } from '../../observe/sources.ts'
import { blobSyncs, frontSources } from '../front-metrics.ts'
import type { Front } from '../front.ts'
import type { StoreMeters } from '../store-meters.ts'
import { version } from '../version.ts'
import { processOf } from './messages.ts'

export interface TellingParts {
  /** Of the worker. */
  readonly number: number
  readonly front: Pick<Front, 'requests' | 'door'>
  readonly meters: Pick<StoreMeters, 'syncs'>
  readonly clock: Clock
  readonly log: Log
  /** Resolves when they are on their way. */
  readonly send: (families: readonly Family[]) => Promise<void>
}

export class Telling implements Disposable {
  readonly #runtime: RuntimeMeters
  readonly #sources: Sources
  readonly #send: TellingParts['send']
  #last: Promise<void> = Promise.resolve()

  constructor({ number, front, meters, clock, log, send }: TellingParts) {
    const process = processOf(number)
    const told = { clock, stopwatch: systemStopwatch, version: version(), process }
    this.#runtime = new RuntimeMeters(told)
    this.#sources = new Sources(
      {
        runtime: () => this.#runtime.families(),
        stores: () => [blobSyncs(meters.syncs)],
        ...frontSources(front),
      },
      log,
    )
    this.#send = send
  }

  /** One after another: what is told later was never counted earlier. */
  async tell(): Promise<void> {
    this.#last = this.#last.then(async () => this.#send(await this.#sources.collect()))
    await this.#last
  }

  [Symbol.dispose](): void {
    this.#runtime[Symbol.dispose]()
  }
}
