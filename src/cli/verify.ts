/** `ashlar verify`: proves everything in a data folder while no server runs on it. */
import { Command } from 'commander'
import { verifyData, type Progress, type Verified } from '../server/verify.ts'
import { blobCount } from '../server/blob-count.ts'
import { bar, countsLine, endLine, findingLines, showProgress, telling } from './told.ts'

interface Given {
  readonly data: string
  readonly json?: boolean
  readonly fast?: boolean
  readonly reindex?: boolean
}

export function verifyCommand(): Command {
  return new Command('verify')
    .description('Read and prove everything in a data folder; the server must not run.')
    .requiredOption('--data <folder>', 'the data folder')
    .option('--fast', 'do not read the content of blobs, only that they are there')
    .option('--reindex', 'build the indexes of the metadata anew first')
    .option('--json', 'print one JSON document')
    .addHelpText(
      'after',
      '\nExit code: 0 all is well, 1 damage was found, 2 it could not be looked for.',
    )
    .action((given: Given) => telling(() => verify(given)))
}

async function verify({ data, json, fast = false, reindex = false }: Given): Promise<boolean> {
  const whole = process.stderr.isTTY && !fast ? await blobCount(data) : 0
  const onProgress = ({ phase, counts }: Progress): void => {
    const part = phase === 'blobs' ? `${bar(counts.blobs, whole)} ` : ''
    showProgress(`${part}${phase}: ${countsLine(counts)}`)
  }
  const verified = await verifyData({ data, fast, reindex, onProgress })
  endLine()
  console.log(json === true ? JSON.stringify(verified, undefined, 2) : report(verified))
  return verified.well
}

function report({ well, counts, found, findings, fast }: Verified): string {
  const how = fast ? 'The content of blobs was not read.' : 'Every byte was read and proven.'
  const what = well ? 'All is well.' : `${found} damaged:`
  return [...findingLines(findings, found), `${what} ${countsLine(counts)}. ${how}`].join('\n')
}
