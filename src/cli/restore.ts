/** `ashlar restore`: a new data folder from a backup. */
import { Command } from 'commander'
import { restore, type Restored } from '../server/restore.ts'
import { bar, countsLine, endLine, findingLines, showProgress, telling } from './told.ts'

interface Given {
  readonly from: string
  readonly to: string
  readonly snapshot?: string
  readonly json?: boolean
}

export function restoreCommand(): Command {
  return new Command('restore')
    .description('Make a new data folder from a backup.')
    .requiredOption('--from <folder>', 'the backup')
    .requiredOption('--to <folder>', 'the new data folder: empty, or not there')
    .option('--snapshot <name>', 'which of its snapshots; the newest without it')
    .option('--json', 'print one JSON document')
    .addHelpText(
      'after',
      '\nExit code: 0 all is well, 1 some objects could not be restored, 2 nothing was done.',
    )
    .action((given: Given) => telling(() => run(given)))
}

async function run({ json, ...given }: Given): Promise<boolean> {
  const onProgress = (what: string, done: number, whole: number): void =>
    showProgress(`${bar(done, whole)} ${what} ${done} of ${whole}`)
  const restored = await restore({ ...given, onProgress })
  endLine()
  console.log(json === true ? JSON.stringify(restored, undefined, 2) : report(restored))
  return restored.well
}

function report({ data, snapshot, blobs, bytes, counts, found, findings, also }: Restored): string {
  const said = found === 0 ? 'Everything proved itself.' : `${found} could not be restored.`
  return [
    ...findingLines(findings, found),
    `${data} is as it was at ${snapshot}: ${countsLine({ ...counts, blobs, bytes })}. ${said}`,
    ...also.map((path) => `From outside of the data folder, to be put where it belongs: ${path}`),
    `Start it with: ashlar serve --data ${data}`,
  ].join('\n')
}
