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

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const [low, high] = [sorted[(sorted.length - 1) >> 1], sorted[sorted.length >> 1]]
  return ((low ?? 0) + (high ?? 0)) / 2
}
