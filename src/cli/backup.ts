/** `ashlar backup`: a consistent copy of a data folder, while the server goes on. */
import { Command, InvalidArgumentError } from 'commander'
import { backUp, type BackedUp } from '../server/backup.ts'
import { bar, endLine, findingLines, showProgress, sizeText, telling } from './told.ts'

interface Given {
  readonly data: string
  readonly to: string
  readonly link?: boolean
  readonly also?: readonly string[]
  readonly keep?: number
  readonly json?: boolean
}

export function backupCommand(): Command {
  const collect = (one: string, all: string[] = []): string[] => [...all, one]
  return new Command('backup')
    .description('Copy a data folder at one moment; the server may run.')
    .requiredOption('--data <folder>', 'the data folder')
    .requiredOption(
      '--to <folder>',
      'the backup; what earlier runs brought there is not copied again',
    )
    .option(
      '--link',
      'give blobs a second name instead of copying them (same file system, same disk)',
    )
    .option(
      '--also <path>',
      'a file or folder that belongs to it, e.g. the accounts file; repeatable',
      collect,
    )
    .option(
      '--keep <count>',
      'then remove all but so many snapshots, and the blobs that only they had',
      countOf,
    )
    .option('--json', 'print one JSON document')
    .addHelpText(
      'after',
      '\nExit code: 0 all is well, 1 some data was damaged already, 2 no backup was made.',
    )
    .action((given: Given) => telling(() => run(given)))
}

function countOf(text: string): number {
  if (/^[1-9][0-9]{0,4}$/.test(text)) return Number(text)
  throw new InvalidArgumentError('It is a number, 1 or more.')
}

async function run({ json, ...given }: Given): Promise<boolean> {
  const onProgress = (what: string, done: number, whole: number): void =>
    showProgress(`${bar(done, whole)} ${what} ${done} of ${whole}`)
  const backedUp = await backUp({ ...given, onProgress })
  endLine()
  console.log(json === true ? JSON.stringify(backedUp, undefined, 2) : report(backedUp))
  return backedUp.well
}

function report(backedUp: BackedUp): string {
  const { folder, blobs, copied, copiedBytes, files, found, findings, pruned } = backedUp
  return [
    ...findingLines(findings, found),
    folder,
    `${blobs} blobs, of which ${copied} were new (${sizeText(copiedBytes)}); ${files} further files.`,
    'It holds the credentials and keys of the server: whoever can read it can read everything.',
    ...(pruned === undefined
      ? []
      : [`Removed: ${pruned.snapshots.length} older snapshots, ${pruned.blobs} blobs.`]),
    ...(found === 0 ? [] : [`${found} were damaged already and are not in it whole.`]),
  ].join('\n')
}
