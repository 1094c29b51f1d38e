/** Results for people: tables in Markdown. */
import { limitOf, limitTexts, type LimitName } from './limits.ts'
import type { Spread } from './measured.ts'
import { settingText } from './setting.ts'
import type { Results, Side } from './side-by-side.ts'
import type { Cell } from './tally.ts'
import { unitsOf, type Figure } from './workloads.ts'

export function markdown(results: Results): string {
  const { sides, absent, rounds, command } = results
  return [
    '# Ashlar and its peers, side by side',
    '',
    `${settingText(results.setting)} ${rounds} rounds, interleaved; medians, least and most in brackets. Client and server share the machine, over loopback. Again: \`${command}\``,
    '',
    ...sides.map(
      ({ name, version, durability }) => `- **${name}**: ${version}. Behind a 200: ${durability}.`,
    ),
    ...(absent.length === 0 ? [] : [`- Not on the machine: ${absent.join(', ')}.`]),
    '',
    '![CPU time of each server](side-by-side.svg)',
    '',
    'The last column: so many times as good as the best of the others.',
    '',
    ...section('What clients see', comparison(results, 'speed')),
    ...section(
      'What it costs the server: CPU time of all its processes',
      comparison(results, 'cost'),
    ),
    ...section(
      'How long a client waits, in ms: median / 99 of 100 / longest (99 of 100 to the median)',
      waits(results),
    ),
    ...section('Start with what the last round left, and resident memory', starts(sides)),
    ...section('What the machine itself does', machineLimits(results)),
    ...section('Ashlar beside it', shares(results)),
    ...section('Failed', failures(sides)),
  ].join('\n')
}

function section(title: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : [`## ${title}`, '', ...lines, '']
}

interface Table {
  readonly head: readonly string[]
  /** Columns of text before those of figures. */
  readonly texts: number
  readonly rows: ReadonlyArray<readonly string[]>
}

function table({ head, texts, rows }: Table): readonly string[] {
  const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
  const rule = head.map((_, at) => (at < texts ? '---' : '---:'))
  return rows.length === 0 ? [] : [row(head), row(rule), ...rows.map(row)]
}

type Column = 'speed' | 'cost'

function comparison({ sides, figures }: Results, column: Column): readonly string[] {
  const rows = figures.map((figure) => [
    figure.name,
    unitsOf(figure.measure)[column],
    ...sides.map((side) => cellText(side, figure, ({ [column]: value }) => spreadText(value))),
    ratio(sides, figure, column),
  ])
  const head = ['workload', 'unit', ...sides.map(({ name }) => name), 'ashlar ×']
  return table({ head, texts: 2, rows })
}

function cellText(side: Side, figure: Figure, text: (cell: Cell) => string): string {
  const cell = side.cells[figure.name]
  return cell === undefined ? '–' : text(cell)
}

/** Of Ashlar's figure to the best of its peers'; above 1 it is ahead. */
function ratio(sides: readonly Side[], figure: Figure, column: Column): string {
  const of = (side: Side): readonly number[] => {
    const median = side.cells[figure.name]?.[column].median
    return median === undefined || !(median > 0) ? [] : [median]
  }
  const [own] = sides.filter(({ name }) => name === 'ashlar').flatMap(of)
  const others = sides.filter(({ name }) => !name.startsWith('ashlar')).flatMap(of)
  if (own === undefined || others.length === 0) return '–'
  const isLessBetter = column === 'cost' || figure.measure === 'millis'
  return written(isLessBetter ? Math.min(...others) / own : own / Math.max(...others))
}

function waits({ sides, figures }: Results): readonly string[] {
  const rows = figures
    .filter(({ measure }) => measure === 'operations' || measure === 'bytes')
    .map((figure) => [figure.name, ...sides.map((side) => cellText(side, figure, waitText))])
  return table({ head: ['workload', ...sides.map(({ name }) => name)], texts: 1, rows })
}

/** From so many times the median on the slowest of a hundred wait for something else than their turn: told in bold. */
const unevenFrom = 10

function waitText({ p50Millis, p99Millis, maxMillis }: Cell): string {
  const waits = [p50Millis, p99Millis, maxMillis].map(written).join(' / ')
  const times = p99Millis / p50Millis
  const text = `× ${written(times)}`
  return `${waits} (${times < unevenFrom ? text : `**${text}**`})`
}

function starts(sides: readonly Side[]): readonly string[] {
  const rows = sides.flatMap(({ name, started }) => {
    if (started === undefined) return []
    const { millis, idleMebibytes, uploadMebibytes } = started
    return [[name, spreadText(millis), written(idleMebibytes), written(uploadMebibytes)]]
  })
  const head = ['server', 'start, ms', 'at rest, MiB', 'highest under a 1 GiB upload at 16, MiB']
  return table({ head, texts: 1, rows })
}

function machineLimits({ limits }: Results): readonly string[] {
  const names = Object.keys(limitTexts) as LimitName[]
  const rows = names.map((name) => [limitTexts[name], spreadText(limits[name])])
  return table({ head: ['limit', 'in the same run'], texts: 1, rows })
}

function shares({ sides, figures, limits }: Results): readonly string[] {
  const own = sides.find(({ name }) => name === 'ashlar')
  const rows = figures.flatMap((figure) => {
    const [name, cell] = [limitOf(figure.name), own?.cells[figure.name]]
    if (name === undefined || cell === undefined) return []
    const [shown, most] = [cell.speed.median, limits[name].median]
    const share = `${((shown / most) * 100).toFixed(0)} %`
    return [[figure.name, limitTexts[name], written(most), written(shown), share]]
  })
  return table({ head: ['workload', 'limit', 'it gives', 'Ashlar', 'share'], texts: 2, rows })
}

function failures(sides: readonly Side[]): readonly string[] {
  return sides.flatMap(({ name, failures }) =>
    Object.entries(failures).map(([workload, why]) => `- ${name}, ${workload}: ${why}`),
  )
}

function spreadText({ median, least, most }: Spread): string {
  const text = written(median)
  return least === most ? text : `${text} (${written(least)}–${written(most)})`
}

/** A figure with as many digits as it deserves. */
export function written(value: number): string {
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2
  return value.toLocaleString('en', { maximumFractionDigits: digits })
}
