/** The workers as the operators' port sees them. */
import { counter, gauge, type Family } from '../../observe/families.ts'
import type { Readiness } from '../health.ts'
import type { Serving } from '../serving.ts'
import { workersField } from './counting.ts'
import type { Crew } from './crew.ts'
import type { WorkerNumbers } from './numbers.ts'

export interface Beside {
  readonly crew: Pick<Crew, 'serving' | 'lost' | 'isStopping'>
  readonly numbers: Pick<WorkerNumbers, 'families'>
  /** How many there are to be. */
  readonly workers: number
}

export function servingBeside({ crew, numbers, workers }: Beside): Serving {
  const readiness = (): Readiness => {
    if (crew.isStopping) return 'stopping'
    return crew.serving === 0 ? 'starting' : 'ok'
  }
  const sources = { workers: () => numbers.families(), crew: () => crewFamilies(crew, workers) }
  const fields: Serving['fields'] = () => [workersField(crew.serving, workers)]
  return { sources, readiness, process: 'first', fields }
}

function crewFamilies({ serving, lost }: Beside['crew'], workers: number): readonly Family[] {
  return [
    gauge('ashlar_workers', 'Workers that there are to be', workers),
    gauge('ashlar_workers_serving', 'Workers that serve now', serving),
    counter('ashlar_workers_lost', 'Workers that ended and were not told to', lost),
  ]
}
