/** Results as a plot in SVG: bars of the server's CPU time. */
import { written } from './report.ts'
import type { Results, Side } from './side-by-side.ts'
import type { Cell } from './tally.ts'
import { unitsOf, type Figure } from './workloads.ts'

const rowPixels = 15
const gapPixels = 16
const labelPixels = 190
const barPixels = 420
const colours = ['#2f6f4f', '#b7410e', '#4a6fa5', '#8a6d3b', '#6b4c9a', '#777777']

/** Server CPU of each workload, as bars relative to the dearest server of that workload. */
export function plot({ sides, figures, setting }: Results): string {
  const rows: string[] = []
  let y = 56
  for (const figure of figures) {
    const present = sides.flatMap((side, index) => {
      const cell = side.cells[figure.name]
      return cell === undefined ? [] : [{ side, index, cell }]
    })
    if (present.length === 0) continue
    const most = Math.max(...present.map(({ cell }) => cell.cost.median))
    rows.push(label(figure, y))
    for (const { side, index, cell } of present) {
      rows.push(bar({ side, cell, most, y, colour: colours[index] ?? '#777777', figure }))
      y += rowPixels
    }
    y += gapPixels
  }
  const width = labelPixels + barPixels + 260
  const title = `CPU time of the server, ${setting.date}, ${setting.commit}: shorter is better`
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${y}" viewBox="0 0 ${width} ${y}" font-family="sans-serif" font-size="11">`,
    `<rect width="100%" height="100%" fill="white"/>`,
    `<text x="10" y="24" font-size="15">${title}</text>`,
    ...rows,
    '</svg>',
    '',
  ].join('\n')
}

function label({ name }: Figure, y: number): string {
  return `<text x="10" y="${y + 11}" font-weight="bold">${name}</text>`
}

interface Bar {
  readonly side: Side
  readonly cell: Cell
  readonly most: number
  readonly y: number
  readonly colour: string
  readonly figure: Figure
}

function bar({ side, cell, most, y, colour, figure }: Bar): string {
  const share = most > 0 ? cell.cost.median / most : 0
  const width = Math.max(1, Math.round(share * barPixels))
  const text = `${side.name} ${written(cell.cost.median)} ${unitsOf(figure.measure).cost}`
  return [
    `<rect x="${labelPixels}" y="${y}" width="${width}" height="${rowPixels - 3}" fill="${colour}"/>`,
    `<text x="${labelPixels + width + 6}" y="${y + 10}">${text}</text>`,
  ].join('')
}
