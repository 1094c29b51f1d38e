/** `ashlar rebuild`: metadata made anew from the last snapshot and from the blobs. */
import { Command } from 'commander'
import { blobCount } from '../server/blob-count.ts'
import { nameOf } from '../jobs/findings.ts'
import { rebuild, type Rebuilt } from '../server/rebuild.ts'
import { bar, endLine, findingLines, showProgress, telling } from './told.ts'

interface Given {
  readonly data: string
  readonly snapshot?: string
  readonly region: string
  readonly dryRun?: boolean
  readonly json?: boolean
}

export function rebuildCommand(): Command {
  return new Command('rebuild')
    .description(
      'Make lost or damaged metadata anew from snapshot and blobs; the server must not run.',
    )
    .requiredOption('--data <folder>', 'the data folder')
    .option(
      '--snapshot <which>',
      'a file, the name of one under <data>/snapshots, or none; the newest whole one without it',
    )
    .option('--region <name>', 'of buckets that only blobs know of', 'us-east-1')
    .option('--dry-run', 'say what would come back, and change nothing')
    .option('--json', 'print one JSON document')
    .addHelpText(
      'after',
      `
Objects of up to 16 KiB, copies, deletes, tags and settings are as the snapshot has them; larger objects and uploads that came
after it are put back from their files. Nothing is deleted: the old database is set aside. See docs/operate/rebuild.md.

Exit code: 0 all is well, 1 rebuilt, but something is gone or damaged, 2 nothing was done.`,
    )
    .action((given: Given) => telling(() => run(given)))
}

async function run({ json, ...given }: Given): Promise<boolean> {
  const whole = process.stderr.isTTY ? await blobCount(given.data) : 0
  const onProgress = (what: string, done: number): void =>
    showProgress(
      `${bar(done, whole)} ${what === 'named' ? 'named by the snapshot' : what}: ${done}`,
    )
  const rebuilt = await rebuild({ ...given, onProgress })
  endLine()
  console.log(json === true ? JSON.stringify(rebuilt, undefined, 2) : report(rebuilt))
  return rebuilt.well
}

function report(rebuilt: Rebuilt): string {
  const { completed, blobs, known, objects, parts, older, nobodys, unfinished, setAside, dryRun } =
    rebuilt
  return [
    beganWith(rebuilt),
    `${blobs} blobs: ${known} as the snapshot has them; put back: ${objects} objects and ${parts} parts of uploads, of which ${completed} are objects again.`,
    `Left alone: ${older} that later ones replaced, ${nobodys} deleted or never acknowledged, ${unfinished} unfinished.`,
    ...madeAgain(rebuilt),
    ...lost(rebuilt),
    ...findingLines(rebuilt.findings, rebuilt.found),
    ...setAside.map((path) => `The old database lies at ${path}.`),
    dryRun ? 'Nothing was changed.' : `Start it with: ashlar serve --data ${rebuilt.data}`,
  ].join('\n')
}

function beganWith({ snapshot, rottenSnapshots }: Rebuilt): string {
  const passed = rottenSnapshots.map(
    (name) => `The snapshot ${name} is damaged and was passed over.`,
  )
  const begun =
    snapshot === undefined
      ? 'No snapshot: only what blobs tell of themselves comes back, and no object of up to 16 KiB.'
      : `From the snapshot ${snapshot.taken ?? snapshot.path}. What was deleted, or replaced by up to 16 KiB, since then may be back.`
  return [...passed, begun].join('\n')
}

function madeAgain({ buckets, openUploads }: Rebuilt): readonly string[] {
  return [
    ...buckets.map(
      (name) => `Bucket ${name} is made again: owned by the root account, with default settings.`,
    ),
    ...(openUploads === 0
      ? []
      : [`${openUploads} uploads are open again: complete them once more, or abort them.`]),
  ]
}

function lost({ goneObjects, goneParts, gone, damagedBlobs, damaged }: Rebuilt): readonly string[] {
  const count = goneObjects + goneParts
  return [
    ...(count === 0
      ? []
      : [
          `${count} were deleted or replaced since the snapshot, or are lost, for their bytes are gone:`,
        ]),
    ...gone.map((owner) => `  ${nameOf(owner)}`),
    ...left(count - gone.length),
    ...damaged.map(({ blob, detail }) => `Blob ${blob} cannot be put back: ${detail}.`),
    ...left(damagedBlobs - damaged.length),
  ]
}

function left(count: number): readonly string[] {
  return count > 0 ? [`  … and ${count} more`] : []
}
