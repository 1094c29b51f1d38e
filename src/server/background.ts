/** The work that goes on behind the requests: what is run, how often, and how long things are kept for it. */
import type { Clock } from '../base/clock.ts'
import type { Holds } from '../base/holds.ts'
import { OrphanJob, type OrphanParts } from '../jobs/orphans.ts'
import { PackKeeper } from '../jobs/pack-keeper.ts'
import { QuarantineJob } from '../jobs/quarantine.ts'
import { ReceiptJob } from '../jobs/receipts.ts'
import { ReclaimJob } from '../jobs/reclaim.ts'
import { RewrapJob } from '../jobs/rewrap.ts'
import { Runner } from '../jobs/runner.ts'
import type { Log } from '../observe/log.ts'
import type { Envelopes } from '../payload/encryption/envelope.ts'
import type { KeyStores } from '../stores/keys/key-stores.ts'
import type { BlobExaminer } from '../stores/blobs/examiner.ts'
import type { Quarantine } from '../stores/blobs/quarantine.ts'
import type { Stores } from './compose.ts'
import type { JobFailures } from './job-failures.ts'

/** Clients that repeat a CompleteMultipartUpload do it within minutes; a week leaves room for a queue that stood still. */
const receiptsKeptMs = 7 * 24 * 60 * 60 * 1000
/** Bytes that seemed to be nobody's: longer than from one scrub to the next. */
const quarantineMs = 14 * 24 * 60 * 60 * 1000
const roundMsMax = 15_000
const roundMsMin = 250

export interface BackgroundParts {
  readonly stores: Stores
  readonly keys: KeyStores
  readonly envelopes: Envelopes
  /** Of every process that serves. */
  readonly holds: Pick<Holds, 'among'>
  /** Epochs of processes that served and are gone. */
  readonly ended?: ReadonlySet<number>
  readonly clock: Clock
  readonly log: Log
  /** How long unlinked bytes stay: longer than any request takes from reading a row to taking hold of its bytes. */
  readonly reclaimGraceMs: number
  readonly examiner: BlobExaminer
  readonly quarantine: Quarantine
  /** Scrub found that it cannot be believed what nobody names. */
  readonly isIndexDamaged: () => boolean
  readonly failures: JobFailures
}

/** What the jobs did in this life. */
export interface Background extends AsyncDisposable {
  readonly reclaim: Pick<ReclaimJob, 'removed'>
  readonly orphans: Pick<OrphanJob, 'swept'>
}

export function startBackground(parts: BackgroundParts): Background {
  const { clock, holds, log, keys, envelopes, examiner, quarantine, isIndexDamaged } = parts
  const { reclaimGraceMs: graceMs, ended, failures } = parts
  const { metadata, blobs, names } = parts.stores
  const setAside: OrphanParts['setAside'] = (id) => quarantine.setAside(id)
  const orphans = new OrphanJob({
    metadata,
    blobs,
    setAside,
    ...(ended && { ended }),
    isIndexDamaged,
  })
  const packs = new PackKeeper({ metadata, blobs, examiner, names, setAside })
  const reclaim = new ReclaimJob({
    metadata,
    blobs,
    holds,
    packs,
    clock,
    graceMs,
    isIndexDamaged,
  })
  const jobs = [
    orphans,
    reclaim,
    new QuarantineJob({ quarantine, keptMs: quarantineMs, isIndexDamaged }),
    new ReceiptJob({ metadata, clock, keptMs: receiptsKeptMs }),
    new RewrapJob({ metadata, keys, envelopes, log }),
  ]
  failures.begin(jobs)
  const everyMs = Math.max(roundMsMin, Math.min(roundMsMax, graceMs))
  const runner = new Runner({ clock, jobs, everyMs, onError: failures.onError })
  return {
    orphans,
    reclaim,
    [Symbol.asyncDispose]: () => runner[Symbol.asyncDispose](),
  }
}
