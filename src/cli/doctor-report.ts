/** What `ashlar doctor` found, for a person and for a program. */
import { styleText } from 'node:util'

export interface Report {
  /** Nothing is wrong. */
  readonly well: boolean
  readonly entries: readonly Entry[]
}

export interface Entry {
  readonly mark: 'ok' | 'wrong' | 'note'
  readonly what: string
  readonly says?: string | undefined
  /** How often, where a log says it. */
  readonly count?: number
  readonly facts?: Readonly<Record<string, string>>
  readonly mend?: Readonly<Record<string, string>> | undefined
}

const marks = {
  ok: styleText('green', 'ok   '),
  wrong: styleText('red', 'wrong'),
  note: styleText('yellow', 'note '),
} as const

export function printReport({ entries, well }: Report): string {
  const end = well ? 'Nothing is wrong with signatures here.' : 'See docs/operate/signatures.md.'
  return [...entries.flatMap(linesOf), '', end].join('\n')
}

function linesOf({ mark, what, says, count, facts = {}, mend = {} }: Entry): readonly string[] {
  const often = count === undefined ? '' : ` (${count} times)`
  const known = Object.entries(facts).map(([name, value]) => `        ${name}: ${visible(value)}`)
  const lines = Object.entries(mend).map(([place, line]) => `        ${place.padEnd(8)} ${line}`)
  return [
    `${marks[mark]} ${visible(what)}${often}`,
    ...(says === undefined ? [] : [`      ${says}`]),
    ...known,
    ...(lines.length === 0 ? [] : ['      what mends it:', ...lines]),
  ]
}

/** What others sent must not steer a terminal. */
function visible(text: string): string {
  return text.replaceAll(/\p{Cc}/gu, (char) => JSON.stringify(char).slice(1, -1))
}
