/**
 * Writes families in the two forms that Prometheus reads: its text format 0.0.4, and OpenMetrics 1.0. They differ in how a
 * family is named and escaped and in how the document ends; the samples are the same lines.
 */
import type { Family, HistogramSample, Labels } from './families.ts'

export type Format = 'text' | 'openmetrics'

export const contentTypes: Readonly<Record<Format, string>> = {
  text: 'text/plain; version=0.0.4; charset=utf-8',
  openmetrics: 'application/openmetrics-text; version=1.0.0; charset=utf-8',
}

/** A family without samples is left out. */
export function expose(families: readonly Family[], format: Format): string {
  const told = families.filter(({ samples }) => samples.length > 0)
  const lines = told.flatMap((family) => [...headOf(family, format), ...samplesOf(family)])
  const end = format === 'openmetrics' ? ['# EOF'] : []
  return [...lines, ...end, ''].join('\n')
}

/** OpenMetrics names the family, the text format the samples; and only the former knows `info`. */
function headOf(family: Family, format: Format): readonly string[] {
  const isOpen = format === 'openmetrics'
  const name = isOpen ? family.name : sampleName(family)
  const type = family.type === 'info' && !isOpen ? 'gauge' : family.type
  const help = isOpen ? escaped(family.help) : family.help.replaceAll(/[\\\n]/g, escape)
  return [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`]
}

function sampleName({ name, type }: Family): string {
  if (type === 'counter') return `${name}_total`
  return type === 'info' ? `${name}_info` : name
}

function samplesOf(family: Family): readonly string[] {
  if (family.type === 'histogram') {
    return family.samples.flatMap((sample) => histogramLines(family.name, sample))
  }
  const name = sampleName(family)
  return family.samples.map(({ labels, value }) => line(name, labels, value))
}

function histogramLines(name: string, sample: HistogramSample): readonly string[] {
  const { labels, bounds, counts, sum } = sample
  let count = 0
  const buckets = counts.map((under, at) => {
    count += under
    const le = boundText(bounds[at] ?? Infinity)
    return line(`${name}_bucket`, { ...labels, le }, count)
  })
  return [...buckets, line(`${name}_sum`, labels, sum), line(`${name}_count`, labels, count)]
}

/** As OpenMetrics wants it, in both forms: a bucket has the same label whichever of them was asked for. */
function boundText(bound: number): string {
  return Number.isInteger(bound) ? `${bound}.0` : number(bound)
}

function line(name: string, labels: Labels, value: number): string {
  const fields = Object.entries(labels).map(([label, text]) => `${label}="${escaped(text)}"`)
  return `${name}${fields.length === 0 ? '' : `{${fields.join(',')}}`} ${number(value)}`
}

function number(value: number): string {
  if (value === Infinity) return '+Inf'
  return value === -Infinity ? '-Inf' : String(value)
}

function escaped(text: string): string {
  return text.replaceAll(/[\\"\n]/g, escape)
}

function escape(char: string): string {
  return char === '\n' ? '\\n' : `\\${char}`
}

/** OpenMetrics where the client would rather have it than the text format; what it does not say, it does not want. */
export function formatFor(accept: string | undefined): Format {
  const wishes = (accept ?? '').split(',').map(wishOf)
  const open = best(wishes, isOpenMetrics)
  return open > 0 && open >= best(wishes, isText) ? 'openmetrics' : 'text'
}

interface Wish {
  readonly type: string
  readonly version: string | undefined
  readonly quality: number
}

/** `text/plain;version=0.0.4;q=0.3` */
function wishOf(text: string): Wish {
  const [type = '', ...rest] = text.split(';').map((word) => word.trim().toLowerCase())
  const parameters = new Map(rest.map((word) => word.split('=', 2) as [string, string]))
  const quality = Number(parameters.get('q') ?? 1)
  return { type, version: parameters.get('version'), quality: quality >= 0 ? quality : 0 }
}

function best(wishes: readonly Wish[], isMeant: (wish: Wish) => boolean): number {
  return Math.max(0, ...wishes.filter(isMeant).map(({ quality }) => quality))
}

function isOpenMetrics({ type, version = '1.0.0' }: Wish): boolean {
  return type === 'application/openmetrics-text' && version === '1.0.0'
}

function isText({ type, version = '0.0.4' }: Wish): boolean {
  return type === 'text/plain' && version === '0.0.4'
}
