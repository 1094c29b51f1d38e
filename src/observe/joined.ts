/**
 * Families of several sources and processes become one document: samples of the same name and labels are added up. What must not
 * be added, the memory of a process for one, has a label that tells whose it is before it comes here.
 */
import type { Family, HistogramSample, Labels, Sample } from './families.ts'

/** Each name once, in the order of their first. Families of one name have one type, and histograms of it the same bounds. */
export function joined(families: readonly Family[]): readonly Family[] {
  const byName = Map.groupBy(families, ({ name }) => name)
  return Array.from(byName.values()).flatMap(([first, ...others]) =>
    first === undefined ? [] : [together(first, others)],
  )
}

function together(first: Family, others: readonly Family[]): Family {
  if (others.length === 0) return first
  const families = [first, ...others]
  if (first.type === 'histogram') {
    return { ...first, samples: summed(families.flatMap(histogramsOf), plusHistogram) }
  }
  // A fact is 1, however many tell it.
  const plus = first.type === 'info' ? (one: Sample): Sample => one : plusSample
  return { ...first, samples: summed(families.flatMap(samplesOf), plus) }
}

function histogramsOf(family: Family): readonly HistogramSample[] {
  return family.type === 'histogram' ? family.samples : []
}

function samplesOf(family: Family): readonly Sample[] {
  return family.type === 'histogram' ? [] : family.samples
}

function summed<Each extends { readonly labels: Labels }>(
  samples: readonly Each[],
  plus: (one: Each, other: Each) => Each,
): readonly Each[] {
  const sums = new Map<string, Each>()
  for (const sample of samples) {
    const key = JSON.stringify(sample.labels)
    const sum = sums.get(key)
    sums.set(key, sum === undefined ? sample : plus(sum, sample))
  }
  return [...sums.values()]
}

function plusSample({ labels, value }: Sample, other: Sample): Sample {
  return { labels, value: value + other.value }
}

function plusHistogram(one: HistogramSample, other: HistogramSample): HistogramSample {
  const counts = one.counts.map((count, at) => count + (other.counts[at] ?? 0))
  return { ...one, counts, sum: one.sum + other.sum }
}

/** With `labels` on every number. Facts stay as they are: of processes that agree they are told once. */
export function labelled(families: readonly Family[], labels: Labels): readonly Family[] {
  const withThem = <Each extends { readonly labels: Labels }>(sample: Each): Each => ({
    ...sample,
    labels: { ...sample.labels, ...labels },
  })
  return families.map((family) => {
    if (family.type === 'info') return family
    if (family.type !== 'histogram') return { ...family, samples: family.samples.map(withThem) }
    return { ...family, samples: family.samples.map(withThem) }
  })
}

/** What only grows: it stays true of a process that has ended. */
export function countedOnly(families: readonly Family[]): readonly Family[] {
  return families.filter(({ type }) => type === 'counter' || type === 'histogram')
}
