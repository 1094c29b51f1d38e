/** What serves requests, as the operators' port sees it: this process, or others beside it. */
import type { Source } from '../observe/sources.ts'
import type { Reply } from '../wire/exchange.ts'
import { frontSources } from './front-metrics.ts'
import type { Front } from './front.ts'
import type { Readiness } from './health.ts'

export interface Serving {
  readonly sources: Readonly<Record<string, Source>>
  readonly readiness: () => Readiness
  /** What this process is called where there are several. */
  readonly process?: string
  /** What an answer that is no error carries of it. */
  readonly fields: () => Reply['headers']
}

/** Where one process does everything. */
export function servingHere(front: Pick<Front, 'requests' | 'door' | 'gateway'>): Serving {
  const { gateway, door } = front
  const readiness = (): Readiness => {
    if (gateway.isStopping) return 'stopping'
    return door() === undefined ? 'starting' : 'ok'
  }
  return { sources: frontSources(front), readiness, fields: () => [] }
}
