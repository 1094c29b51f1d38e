/** Scrub beside the requests, on a runner of its own so that nothing waits for it; and the quarantine, which it watches over. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Clock } from '../base/clock.ts'
import { Runner } from '../jobs/runner.ts'
import { ScrubJob } from '../jobs/scrub.ts'
import type { ReportShelf } from '../jobs/scrub-report.ts'
import type { Log } from '../observe/log.ts'
import { openBlobExaminer, type BlobExaminer } from '../stores/blobs/examiner.ts'
import { Quarantine } from '../stores/blobs/quarantine.ts'
import { openExaminer } from '../stores/metadata/examiner.ts'
import type { JobFailures } from './job-failures.ts'
import { keepSecretFile } from './secret-file.ts'

/** Between two looks whether it may read on. */
const roundMs = 250

export interface ScrubStart {
  readonly data: string
  readonly clock: Clock
  readonly log: Log
  /** 0 never. */
  readonly everyMs: number
  readonly bytesPerSecond: number
  readonly failures: JobFailures
}

export interface Scrubbing extends AsyncDisposable {
  /** Of the blobs. */
  readonly examiner: BlobExaminer
  readonly quarantine: Quarantine
  readonly isIndexDamaged: () => boolean
  readonly rounds: () => ScrubJob['rounds']
}

/** The stores of `data` are open. */
export async function startScrub(start: ScrubStart): Promise<Scrubbing> {
  const { data, clock, log, everyMs, bytesPerSecond, failures } = start
  await using undo = new AsyncDisposableStack()
  const blobs = await openBlobExaminer(join(data, 'blobs'))
  const quarantine = new Quarantine({
    directory: join(data, 'quarantine'),
    pathOf: (id) => blobs.path(id),
    clock,
  })
  const metadata = undo.use(openExaminer(join(data, 'metadata.sqlite')))
  const shelf = scrubShelf(data)
  const examined = { metadata, blobs }
  const job = undo.use(new ScrubJob({ examined, shelf, clock, log, everyMs, bytesPerSecond }))
  failures.begin([job])
  const { onError } = failures
  if (everyMs > 0) undo.use(new Runner({ clock, jobs: [job], everyMs: roundMs, onError }))
  const running = undo.move()
  return {
    examiner: blobs,
    quarantine,
    isIndexDamaged: () => job.hasDamagedIndex,
    rounds: () => job.rounds,
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  }
}

/** `scrub.json` in the data folder. */
export function scrubShelf(data: string): ReportShelf {
  const file = join(data, 'scrub.json')
  return {
    read: () => (existsSync(file) ? readFileSync(file, 'utf8') : undefined),
    // It holds names of objects, which are nobody else's business.
    write: (text) => keepSecretFile(file, text),
  }
}
