/**
 * Metrics as plain data: what every source of numbers answers when it is asked, and what the exposition writes. Families of
 * several processes can be added up, counters and histograms sample by sample, before they are written.
 */
import type { Histogram } from '../base/histogram.ts'

export type Labels = Readonly<Record<string, string>>

export interface Sample {
  readonly labels: Labels
  readonly value: number
}

export interface HistogramSample {
  readonly labels: Labels
  /** Ascending. */
  readonly bounds: readonly number[]
  /** Values under each bound and not under the one before; one more for those beyond all. */
  readonly counts: readonly number[]
  readonly sum: number
}

interface Named {
  /** Without the `_total` of a counter and the `_info` of facts, which the exposition adds. Base units at its end. */
  readonly name: string
  /** One sentence without its full stop. */
  readonly help: string
}

/** `info`: facts that are labels, whose value is always 1. */
export type Family =
  | (Named & {
      readonly type: 'counter' | 'gauge' | 'info'
      readonly samples: readonly Sample[]
    })
  | (Named & { readonly type: 'histogram'; readonly samples: readonly HistogramSample[] })

/** One that has a value, or samples with labels; a value that is not known is left out. */
export function counter(name: string, help: string, given: Given): Family {
  return { type: 'counter', name, help, samples: samplesOf(given) }
}

export function gauge(name: string, help: string, given: Given): Family {
  return { type: 'gauge', name, help, samples: samplesOf(given) }
}

export function info(name: string, help: string, labels: Labels): Family {
  return { type: 'info', name, help, samples: [{ labels, value: 1 }] }
}

export function histogram(name: string, help: string, samples: readonly HistogramSample[]): Family {
  return { type: 'histogram', name, help, samples }
}

/** What stands in it now. */
export function sampleOf({ bounds, cells }: Histogram, labels: Labels = {}): HistogramSample {
  const [...all] = cells
  return { labels, bounds, counts: all.slice(0, -1), sum: all.at(-1) ?? 0 }
}

interface GivenSample {
  readonly labels: Labels
  readonly value: number | undefined
}

type Given = number | undefined | readonly GivenSample[]

function samplesOf(given: Given): readonly Sample[] {
  const samples = typeof given === 'object' ? given : [{ labels: {}, value: given }]
  return samples.flatMap(({ labels, value }) => (value === undefined ? [] : [{ labels, value }]))
}
