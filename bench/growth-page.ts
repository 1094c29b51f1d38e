/** Curves of growth for people: small panels in SVG, and a page that says of each whether it is level. */
import { growthOf, levelUpTo, type Curve, type Grown } from './growth.ts'
import { written } from './report.ts'
import { settingText } from './setting.ts'

export function growthPage(grown: Grown): string {
  const grows = grown.curves.filter((curve) => growthOf(curve) > levelUpTo)
  return [
    '# What each operation costs as its work grows',
    '',
    `${settingText(grown.setting)} Medians of ${grown.rounds} rounds. Again: \`${grown.command}\``,
    '',
    'Each cost is that of one operation, one key, one part or one gigabyte, so that every curve should be level or fall: what is',
    `served should not depend on what else is there. The server's CPU time, where no other unit is given. Up to ${levelUpTo} times the`,
    'least step before it counts as level, for the machine is never quite at rest.',
    '',
    grows.length === 0
      ? 'All of them are level or fall.'
      : `Not level: ${grows.map(({ name, by }) => `${name}, by ${by}`).join('; ')}.`,
    '',
    '![One panel for each](growth.svg)',
    '',
    '| cost | by | at each step | unit | most against a step before |',
    '| --- | --- | --- | --- | ---: |',
    ...grown.curves.map(row),
    '',
  ].join('\n')
}

function row(curve: Curve): string {
  const { name, by, unit, points } = curve
  const steps = points.map(({ x, y }) => `${x.toLocaleString('en')}: ${written(y)}`).join(', ')
  const growth = growthOf(curve)
  const verdict = growth > levelUpTo ? `**× ${written(growth)}**` : `× ${written(growth)}`
  return `| ${name} | ${by} | ${steps} | ${unit} | ${verdict} |`
}

const panel = { width: 360, height: 190, left: 30, right: 30, bottom: 34, top: 44 }
const columns = 3
/** From a mark to its figure. */
const labelPixels = 14
const level = '#2f6f4f'
const growing = '#b7410e'

/** x by powers of ten, y from zero: what is constant is level. */
export function growthPlot(curves: readonly Curve[]): string {
  const rows = Math.ceil(curves.length / columns)
  const [width, height] = [columns * panel.width, rows * panel.height]
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="10">`,
    '<rect width="100%" height="100%" fill="white"/>',
    ...curves.map((curve, index) => {
      const x = (index % columns) * panel.width
      const y = Math.floor(index / columns) * panel.height
      return `<g transform="translate(${x} ${y})">${drawn(curve)}</g>`
    }),
    '</svg>',
    '',
  ].join('\n')
}

interface Place {
  readonly x: number
  readonly y: number
  readonly step: number
  readonly cost: number
}

function drawn(curve: Curve): string {
  const { name, by, unit } = curve
  const places = placesOf(curve)
  const colour = growthOf(curve) > levelUpTo ? growing : level
  const line = places.map(({ x, y }) => `${x.toFixed(1)},${y.toFixed(1)}`).join(' ')
  const floor = panel.height - panel.bottom
  return [
    `<text x="10" y="16" font-size="11" font-weight="bold">${name}</text>`,
    `<text x="10" y="29" fill="#666666">${unit}; by ${by}</text>`,
    `<path d="M${panel.left} ${panel.top}V${floor}H${panel.width - 10}" fill="none" stroke="#999999"/>`,
    `<polyline points="${line}" fill="none" stroke="${colour}" stroke-width="2"/>`,
    ...places.map((place) => mark(place, colour)),
  ].join('')
}

function mark({ x, y, step, cost }: Place, colour: string): string {
  const [across, down] = [x.toFixed(1), y.toFixed(1)]
  const floor = panel.height - panel.bottom
  const beside = y > floor - 2 * labelPixels ? y - labelPixels / 2 : y + labelPixels
  return [
    `<circle cx="${across}" cy="${down}" r="3" fill="${colour}"/>`,
    `<text x="${across}" y="${beside.toFixed(1)}" text-anchor="middle" fill="${colour}">${written(cost)}</text>`,
    `<text x="${across}" y="${floor + labelPixels}" text-anchor="middle">${step.toLocaleString('en')}</text>`,
  ].join('')
}

function placesOf({ points }: Curve): readonly Place[] {
  const highest = Math.max(...points.map(({ y }) => y), Number.MIN_VALUE)
  const logs = points.map(({ x }) => Math.log10(x))
  const [first, last] = [Math.min(...logs), Math.max(...logs)]
  // The outermost marks stand off the axis, for their figures are written below them.
  const inset = 30
  const width = panel.width - panel.left - panel.right - 2 * inset
  const height = panel.height - panel.top - panel.bottom
  return points.map(({ x, y }) => ({
    x: panel.left + inset + ((Math.log10(x) - first) / (last - first || 1)) * width,
    y: panel.top + (1 - y / highest) * height,
    step: x,
    cost: y,
  }))
}
