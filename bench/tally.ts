/** What one server showed, round after round. */
import { phaseOf, type Phase } from './load.ts'
import { spread, type Spread } from './measured.ts'
import { figuresOf, type Figure, type Workload } from './workloads.ts'

/** One line of one server. */
export interface Cell {
  readonly speed: Spread
  readonly cost: Spread
  readonly p50Millis: number
  readonly p99Millis: number
  /** The longest of all rounds. */
  readonly maxMillis: number
}

export class Tally {
  readonly failures: Record<string, string> = {}
  readonly #phases = new Map<string, Phase[]>()
  #last = ''

  /** What was told last, for who watches. */
  get last(): string {
    return this.#last
  }

  /** Of the phases of a workload those that its figures name. Throws where one is missing. */
  add({ figures }: Workload, phases: readonly Phase[]): void {
    const told: string[] = []
    for (const figure of figures) {
      const phase = phaseOf(phases, figure.phase)
      this.#phases.set(figure.name, [...(this.#phases.get(figure.name) ?? []), phase])
      const { speed, cost } = figuresOf(figure.measure, phase)
      told.push(`${figure.name} ${speed.toPrecision(4)} · ${cost.toPrecision(3)}`)
    }
    this.#last = told.join(', ')
  }

  fail({ name }: Workload, error: unknown): void {
    this.failures[name] = error instanceof Error ? error.message.slice(0, 300) : String(error)
    this.#last = `failed: ${this.failures[name]}`
  }

  cells(figures: readonly Figure[]): Readonly<Record<string, Cell>> {
    return Object.fromEntries(
      figures.flatMap((figure) => {
        const phases = this.#phases.get(figure.name)
        return phases === undefined ? [] : [[figure.name, cell(figure, phases)]]
      }),
    )
  }
}

function cell({ measure }: Figure, phases: readonly Phase[]): Cell {
  const figures = phases.map((phase) => figuresOf(measure, phase))
  return {
    speed: spread(figures.map(({ speed }) => speed)),
    cost: spread(figures.map(({ cost }) => cost)),
    p50Millis: spread(phases.map(({ p50Millis }) => p50Millis)).median,
    p99Millis: spread(phases.map(({ p99Millis }) => p99Millis)).median,
    maxMillis: Math.max(...phases.map(({ maxMillis }) => maxMillis)),
  }
}
