/**
 * A strict reader of metrics: Prometheus' text format 0.0.4 and OpenMetrics 1.0, as far as a server writes them that gives no
 * timestamps, exemplars or comments. What the formats only recommend it demands, and it throws at the first thing that is wrong.
 */
import assert from 'node:assert/strict'

export type Format = 'text' | 'openmetrics'

export interface ReadSample {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

export interface ReadFamily {
  readonly name: string
  readonly type: string
  readonly help: string
  readonly samples: readonly ReadSample[]
}

export class Metrics {
  readonly families: readonly ReadFamily[]

  constructor(families: readonly ReadFamily[]) {
    this.families = families
  }

  /** Undefined when there is no such sample; labels that are not named may be anything as long as one sample fits. */
  value(name: string, labels: Readonly<Record<string, string>> = {}): number | undefined {
    const found = this.samples(name, labels)
    assert.ok(found.length < 2, `${name} ${JSON.stringify(labels)} means several samples`)
    return found[0]?.value
  }

  samples(name: string, labels: Readonly<Record<string, string>> = {}): readonly ReadSample[] {
    const wanted = Object.entries(labels)
    return this.families
      .flatMap(({ samples }) => samples)
      .filter((one) => one.name === name)
      .filter((one) => wanted.every(([label, text]) => one.labels[label] === text))
  }
}

const namePattern = '[a-zA-Z_:][a-zA-Z0-9_:]*'
const types: Readonly<Record<Format, readonly string[]>> = {
  text: ['counter', 'gauge', 'histogram', 'summary', 'untyped'],
  openmetrics: ['counter', 'gauge', 'histogram', 'info', 'stateset', 'summary', 'unknown'],
}

/** Throws AssertionError. */
export function readMetrics(document: string, format: Format = 'text'): Metrics {
  assert.ok(document.endsWith('\n'), 'the last line has no end')
  const lines = document.slice(0, -1).split('\n')
  if (format === 'openmetrics') assert.equal(lines.pop(), '# EOF')
  const families: ReadFamily[] = []
  while (lines.length > 0) families.push(takeFamily(lines, format))
  const names = families.map(({ name }) => name)
  assert.equal(new Set(names).size, names.length, 'a family comes twice')
  return new Metrics(families)
}

function takeFamily(lines: string[], format: Format): ReadFamily {
  const help = match(lines.shift(), `^# HELP (?<name>${namePattern}) (?<text>.+)$`)
  const type = match(lines.shift(), `^# TYPE (?<name>${namePattern}) (?<type>[a-z]+)$`)
  assert.equal(type['name'], help['name'], 'HELP and TYPE of one family')
  assert.ok(types[format].includes(type['type'] ?? ''), `no type of this format: ${type['type']}`)
  const samples: ReadSample[] = []
  while (lines.length > 0 && !lines[0]?.startsWith('#')) samples.push(readSample(lines.shift()))
  const text = unescaped(help['text'] ?? '', format === 'openmetrics' ? /[\\n"]/ : /[\\n]/)
  const family = { name: type['name'] ?? '', type: type['type'] ?? '', help: text, samples }
  checkFamily(family, format)
  return family
}

function match(line: string | undefined, pattern: string): Readonly<Record<string, string>> {
  const groups = new RegExp(pattern, 's').exec(line ?? '')?.groups
  assert.ok(groups !== undefined, `not as ${pattern}: ${line}`)
  return groups
}

function readSample(line: string | undefined): ReadSample {
  const pattern = `^(?<name>${namePattern})(?:\\{(?<labels>.*)\\})? (?<value>[^ ]+)$`
  const { name = '', labels, value = '' } = match(line, pattern)
  assert.match(value, /^(?:[+-]?\d+(?:\.\d+)?(?:e[+-]?\d+)?|[+-]Inf|NaN)$/)
  return { name, labels: labels === undefined ? {} : readLabels(labels), value: numberOf(value) }
}

function numberOf(text: string): number {
  return Number(text.replace('Inf', 'Infinity'))
}

function readLabels(text: string): Readonly<Record<string, string>> {
  const labels: Record<string, string> = {}
  let rest = text
  for (;;) {
    const pattern =
      '^(?<label>[a-zA-Z_][a-zA-Z0-9_]*)="(?<value>(?:[^"\\\\\n]|\\\\.)*)"(?<rest>.*)$'
    const found = match(rest, pattern)
    const label = found['label'] ?? ''
    assert.ok(!Object.hasOwn(labels, label), `label ${label} comes twice`)
    assert.ok(!label.startsWith('__'), `label ${label} is reserved`)
    labels[label] = unescaped(found['value'] ?? '', /[\\n"]/)
    rest = found['rest'] ?? ''
    if (rest === '') return labels
    assert.ok(rest.startsWith(','), `labels are parted by a comma: ${rest}`)
    rest = rest.slice(1)
  }
}

function unescaped(text: string, mayFollow: RegExp): string {
  return text.replaceAll(/\\(.?)/g, (whole, char: string) => {
    assert.match(char, mayFollow, `no escape: ${whole}`)
    return char === 'n' ? '\n' : char
  })
}

function checkFamily(family: ReadFamily, format: Format): void {
  const { name, type, samples } = family
  assert.ok(samples.length > 0, `${name} has no sample`)
  const identities = samples.map((one) => identityOf(one.name, one.labels))
  assert.equal(new Set(identities).size, identities.length, `${name} has a sample twice`)
  if (type === 'histogram') return checkHistogram(family)
  for (const sample of samples) assert.equal(sample.name, sampleName({ name, type, format }))
  if (type === 'counter') {
    for (const { name: told, value } of samples) {
      assert.ok(told.endsWith('_total') && value >= 0, `${told} ${value} is no counter`)
    }
  } else {
    assert.doesNotMatch(name, /_(total|count|sum|bucket)$/)
  }
  return undefined
}

interface Naming {
  readonly name: string
  readonly type: string
  readonly format: Format
}

function sampleName({ name, type, format }: Naming): string {
  if (format === 'text') return name
  return { counter: `${name}_total`, info: `${name}_info` }[type] ?? name
}

function byLabel([one]: readonly [string, string], [other]: readonly [string, string]): number {
  return one < other ? -1 : 1
}

function identityOf(name: string, labels: Readonly<Record<string, string>>): string {
  return JSON.stringify([name, ...Object.entries(labels).toSorted(byLabel)])
}

/** Its samples, for each set of labels: the buckets from the lowest to +Inf, the sum, the count. */
function checkHistogram({ name, samples }: ReadFamily): void {
  for (let at = 0; at < samples.length;) {
    const { le: _, ...labels } = samples[at]?.labels ?? {}
    const buckets: ReadSample[] = []
    for (let one = samples[at]; one?.name === `${name}_bucket`; one = samples[++at]) {
      const { le, ...others } = one.labels
      assert.deepEqual(others, labels, `${name}: buckets of one histogram stand together`)
      assert.match(le ?? '', /^(?:\d+\.\d+|\+Inf)$/)
      buckets.push(one)
      if (le === '+Inf') {
        at += 1
        break
      }
    }
    const [sum, count] = samples.slice(at, at + 2)
    at += 2
    checkBuckets(name, buckets)
    assert.deepEqual([sum?.name, sum?.labels], [`${name}_sum`, labels])
    assert.deepEqual([count?.name, count?.labels], [`${name}_count`, labels])
    assert.equal(count?.value, buckets.at(-1)?.value, `${name}: the count is the last bucket`)
    assert.ok((sum?.value ?? -1) >= 0)
  }
}

function checkBuckets(name: string, buckets: readonly ReadSample[]): void {
  const bounds = buckets.map(({ labels }) => numberOf(labels['le'] ?? ''))
  const counts = buckets.map(({ value }) => value)
  assert.equal(bounds.at(-1), Infinity, `${name} has no last bucket`)
  assert.deepEqual(
    bounds,
    [...new Set(bounds)].toSorted((a, b) => a - b),
    `${name}: bounds ascend`,
  )
  assert.deepEqual(
    counts,
    counts.toSorted((a, b) => a - b),
    `${name}: buckets are cumulative`,
  )
}
