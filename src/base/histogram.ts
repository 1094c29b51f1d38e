/**
 * A histogram with fixed bounds: how many values came to lie between which bounds, and their sum. Its numbers stand in one
 * array, which may lie in memory that two threads share: one of them counts, another reads.
 */

export class Histogram {
  /** Ascending. A value belongs to the first bound that it does not exceed. */
  readonly bounds: readonly number[]
  /** The count under each bound, that beyond the last one, and the sum of the values. */
  readonly cells: Float64Array

  constructor(
    bounds: readonly number[],
    cells: Float64Array = new Float64Array(bounds.length + 2),
  ) {
    this.bounds = bounds
    this.cells = cells
  }

  observe(value: number): void {
    const { bounds, cells } = this
    const count = bounds.length
    let at = 0
    while (at < count && value > (bounds[at] ?? Infinity)) at += 1
    cells[at] = (cells[at] ?? 0) + 1
    cells[count + 1] = (cells[count + 1] ?? 0) + value
  }
}

/** What crosses to another thread: `new Histogram(bounds, cells)` makes it whole again there, over the same numbers. */
export type SharedHistogram = Pick<Histogram, 'bounds' | 'cells'>

/** One whose `cells` two threads may hold. */
export function sharedHistogram(bounds: readonly number[]): Histogram {
  const cells = new SharedArrayBuffer((bounds.length + 2) * Float64Array.BYTES_PER_ELEMENT)
  return new Histogram(bounds, new Float64Array(cells))
}
