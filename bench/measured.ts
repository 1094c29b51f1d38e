/** Figures that were measured, and what is usual of several. */

/** What a workload gives back. */
export interface Measured {
  readonly workload: string
  /** What was measured, in words. */
  readonly what: string
  readonly unit: string
  /** One for each run, in the order of the runs. */
  readonly values: readonly number[]
  /** Which of them is held against the goal: what can happen, or what is usual on a machine that others use too. */
  readonly judged: 'worst' | 'median'
  /** None where a figure is for comparison only. */
  readonly goal?: number
}

/** One figure over several runs. */
export interface Spread {
  readonly median: number
  readonly least: number
  readonly most: number
}

/** Of no values at all: not a number. */
export function spread(values: readonly number[]): Spread {
  const sorted = values.toSorted((one, other) => one - other)
  const [least = Number.NaN] = sorted
  return { median: median(values), least, most: sorted.at(-1) ?? Number.NaN }
}

/** Of no values at all: not a number. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other)
  const [low, high] = [sorted[(sorted.length - 1) >> 1], sorted[sorted.length >> 1]]
  return ((low ?? Number.NaN) + (high ?? Number.NaN)) / 2
}
