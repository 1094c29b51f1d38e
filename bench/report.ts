/** Results for people: a table in Markdown and a plot in SVG. */
import type { Spread } from './measured.ts'
import type { Cell, Results, Side } from './side-by-side.ts'
import { unitsOf, type Workload } from './workloads.ts'

export function markdown(results: Results): string {
  const { sides, machine, disk } = results
  const head = ['workload', 'unit', ...sides.map(({ name }) => name)]
  const table = (figure: 'speed' | 'cost'): string[] => [
    `| ${head.join(' | ')} |`,
    `| --- | --- |${' ---: |'.repeat(sides.length)}`,
    ...results.workloads.map((workload) => line(workload, sides, figure)),
  ]
  return [
    '# Ashlar and its peers, side by side',
    '',
    `Taken on ${results.date} at ${results.commit} by \`npm run bench -- side-by-side\`: ${results.rounds} rounds, interleaved; medians, least and most in brackets.`,
    `Machine: ${Object.entries(machine)
      .map(([name, value]) => `${name} ${value}`)
      .join(', ')}. Client and server share it, over loopback.`,
    `Its disk in the same run: ${round(disk.megabytesPerSecond)} MB/s with one fdatasync for 8 MiB, ${round(disk.syncsPerSecond)} appends of 4 KiB a second with one each.`,
    '',
    ...sides.map(
      ({ name, version, durability }) => `- **${name}**: ${version}. Behind a 200: ${durability}.`,
    ),
    '',
    '## What clients see',
    '',
    ...table('speed'),
    '',
    '## What it costs the server: CPU time of all its processes',
    '',
    ...table('cost'),
    '',
    ...failures(sides),
  ].join('\n')
}

function line(workload: Workload, sides: readonly Side[], figure: 'speed' | 'cost'): string {
  const unit = unitsOf(workload.measure)[figure]
  const cells = sides.map(({ cells, failures }) => {
    const cell = cells[workload.name]
    if (cell === undefined) return failures[workload.name] === undefined ? '–' : 'failed'
    return round(cell[figure])
  })
  return `| ${workload.name} | ${unit} | ${cells.join(' | ')} |`
}

function failures(sides: readonly Side[]): readonly string[] {
  const lines = sides.flatMap(({ name, failures }) =>
    Object.entries(failures).map(([workload, why]) => `- ${name}, ${workload}: ${why}`),
  )
  return lines.length === 0 ? [] : ['## Failed', '', ...lines, '']
}

function round({ median, least, most }: Spread): string {
  const text = number(median)
  return least === most ? text : `${text} (${number(least)}–${number(most)})`
}

function number(value: number): string {
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2
  return value.toLocaleString('en', { maximumFractionDigits: digits })
}

const rowPixels = 15
const gapPixels = 16
const labelPixels = 190
const barPixels = 420
const colours = ['#2f6f4f', '#b7410e', '#4a6fa5', '#8a6d3b', '#6b4c9a', '#777777']

/** Server CPU of each workload, as bars relative to the dearest server of that workload. */
export function plot({ sides, workloads, date, commit }: Results): string {
  const rows: string[] = []
  let y = 56
  for (const workload of workloads) {
    const present = sides.flatMap((side, index) => {
      const cell = side.cells[workload.name]
      return cell === undefined ? [] : [{ side, index, cell }]
    })
    const most = Math.max(...present.map(({ cell }) => cell.cost.median))
    rows.push(label(workload, y))
    for (const { side, index, cell } of present) {
      rows.push(bar({ side, cell, most, y, colour: colours[index] ?? '#777777', workload }))
      y += rowPixels
    }
    y += gapPixels
  }
  const width = labelPixels + barPixels + 240
  const title = `CPU time of the server, ${date}, ${commit}: shorter is better`
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${y}" viewBox="0 0 ${width} ${y}" font-family="sans-serif" font-size="11">`,
    `<rect width="100%" height="100%" fill="white"/>`,
    `<text x="10" y="24" font-size="15">${title}</text>`,
    ...rows,
    '</svg>',
    '',
  ].join('\n')
}

function label({ name }: Workload, y: number): string {
  return `<text x="10" y="${y + 11}" font-weight="bold">${name}</text>`
}

interface Bar {
  readonly side: Side
  readonly cell: Cell
  readonly most: number
  readonly y: number
  readonly colour: string
  readonly workload: Workload
}

function bar({ side, cell, most, y, colour, workload }: Bar): string {
  const share = most > 0 ? cell.cost.median / most : 0
  const width = Math.max(1, Math.round(share * barPixels))
  const text = `${side.name} ${number(cell.cost.median)} ${unitsOf(workload.measure).cost}`
  return [
    `<rect x="${labelPixels}" y="${y}" width="${width}" height="${rowPixels - 3}" fill="${colour}"/>`,
    `<text x="${labelPixels + width + 6}" y="${y + 10}">${text}</text>`,
  ].join('')
}
