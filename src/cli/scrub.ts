/** `ashlar scrub status`: how far scrub is and what it found, as the server left it in its data folder. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { Command } from 'commander'
import { readReport, type Round, type ScrubReport } from '../jobs/scrub-report.ts'
import { ConfigError } from '../server/config-error.ts'
import { scrubShelf } from '../server/scrub.ts'
import { countsLine, findingLines, telling } from './told.ts'

interface Given {
  readonly data: string
  readonly json?: boolean
}

export function scrubCommand(): Command {
  return new Command('scrub').description('What the scrub of a server says.').addCommand(
    new Command('status')
      .description('Progress and findings, also while the server runs.')
      .requiredOption('--data <folder>', 'the data folder')
      .option('--json', 'print one JSON document')
      .addHelpText('after', '\nExit code: 0 nothing was found, 1 damage was, 2 there is no report.')
      .action((given: Given) => telling(async () => status(given))),
  )
}

function status({ data, json }: Given): boolean {
  if (!existsSync(join(data, 'metadata.sqlite'))) throw new ConfigError(`${data} holds no data.`)
  const report = readReport(scrubShelf(data).read())
  console.log(json === true ? JSON.stringify(report, undefined, 2) : tell(report))
  return (report.current?.found ?? 0) === 0 && (report.last?.found ?? 0) === 0
}

function tell({ last, current }: ScrubReport): string {
  if (last === undefined && current === undefined) return 'No scrub has run yet.'
  return [
    ...(last === undefined ? [] : ['Last round', ...roundLines(last)]),
    ...(current === undefined
      ? []
      : [`Round that goes on, at ${current.cursor.phase}`, ...roundLines(current)]),
  ].join('\n')
}

function roundLines({ begun, finished, counts, found, findings }: Round): readonly string[] {
  const time = (instant: number): string => new Date(instant).toISOString()
  const end = finished === undefined ? '' : ` to ${time(finished)}`
  const what = found === 0 ? 'nothing damaged' : `${found} damaged`
  return [
    `  ${time(begun)}${end}`,
    `  ${countsLine(counts)}: ${what}`,
    ...findingLines(findings, found).map((line) => `  ${line}`),
  ]
}
