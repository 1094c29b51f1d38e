/**
 * What a server tells of itself in numbers, beside those of requests: there is one of each, however many processes serve.
 * docs/operate/metrics.md is the list, with what each is good for.
 */
import { stat } from 'node:fs/promises'
import type { Clock } from '../base/clock.ts'
import type { Histogram } from '../base/histogram.ts'
import { counter, gauge, histogram, info, sampleOf, type Family } from '../observe/families.ts'
import type { Source } from '../observe/sources.ts'
import { failedWith } from '../stores/blobs/file-system.ts'
import type { KeyRing } from '../stores/keys/ring.ts'
import type { RingKey } from '../stores/keys/ring-key.ts'
import { countMax, type Census } from '../stores/metadata/census.ts'
import type { Background } from './background.ts'
import type { DiskRoom } from './disk-room.ts'
import { blobSyncs } from './front-metrics.ts'
import type { JobFailures } from './job-failures.ts'
import type { Durability } from './keeping-options.ts'
import type { Scrubbing } from './scrub.ts'
import type { StoreMeters } from './store-meters.ts'

export interface Measured {
  readonly meters: StoreMeters
  readonly room: Pick<DiskRoom, 'found'>
  readonly background: Pick<Background, 'reclaim' | 'orphans'>
  readonly failures: Pick<JobFailures, 'counts'>
  readonly scrub: Pick<Scrubbing, 'rounds' | 'isIndexDamaged'>
  readonly ring: Pick<KeyRing, 'keys'>
  readonly census: Pick<Census, 'count'>
  readonly durability: Durability
  /** The log of the metadata. */
  readonly walFile: string
  readonly clock: Clock
}

export function sourcesOf(measured: Measured): Readonly<Record<string, Source>> {
  return {
    stores: () => stores(measured),
    metadata: () => metadata(measured),
    disk: () => disk(measured.room),
    jobs: () => jobs(measured),
    scrub: () => scrub(measured.scrub),
    keys: () => keys(measured.ring),
  }
}

function stores({ meters, durability }: Measured): readonly Family[] {
  const { groupCalls, groupSeconds, checkpointSeconds } = meters.metadata
  return [
    info('ashlar_durability', 'What a power cut may take', { level: durability }),
    blobSyncs(meters.syncs),
    one(
      'ashlar_commit_group_seconds',
      'Groups of metadata changes, to their commit and its sync',
      groupSeconds,
    ),
    one('ashlar_commit_group_calls', 'Changes of the metadata in one group', groupCalls),
    one('ashlar_checkpoint_seconds', 'Checkpoints that wrote something back', checkpointSeconds),
  ]
}

function one(name: string, help: string, numbers: Histogram): Family {
  return histogram(name, help, [sampleOf(numbers)])
}

async function metadata({ census, walFile, clock }: Measured): Promise<readonly Family[]> {
  const { buckets, openUploads, reclaim, reclaimSince } = census.count()
  const waitedMs = reclaimSince === undefined ? 0 : Math.max(0, clock.now() - reclaimSince)
  return [
    gauge('ashlar_buckets', `Buckets, counted up to ${countMax}`, buckets),
    gauge(
      'ashlar_open_uploads',
      `Multipart uploads that are open, counted up to ${countMax}`,
      openUploads,
    ),
    gauge(
      'ashlar_reclaim_queue',
      `Entries that wait for reclaim, counted up to ${countMax}`,
      reclaim,
    ),
    gauge(
      'ashlar_reclaim_oldest_seconds',
      'How long the oldest entry has waited for reclaim',
      waitedMs / 1000,
    ),
    gauge('ashlar_wal_bytes', 'Size of the log of the metadata', await sizeOf(walFile)),
  ]
}

/** 0 where there is none yet. */
async function sizeOf(file: string): Promise<number> {
  try {
    return (await stat(file)).size
  } catch (error) {
    if (failedWith(error, 'ENOENT')) return 0
    throw error
  }
}

function disk({ found }: Pick<DiskRoom, 'found'>): readonly Family[] {
  const { totalBytes, freeBytes, reserveBytes, isShort } = found
  return [
    gauge('ashlar_disk_bytes', 'Size of the volume of the data folder', totalBytes),
    gauge('ashlar_disk_free_bytes', 'Room on it that may be used', freeBytes),
    gauge('ashlar_disk_reserve_bytes', 'Room below which writes are refused', reserveBytes),
    gauge('ashlar_disk_short', 'Whether writes are refused for want of room', Number(isShort)),
  ]
}

function jobs({ background, failures }: Measured): readonly Family[] {
  const { reclaim, orphans } = background
  const { removed, setAside } = orphans.swept
  const failed = [...failures.counts].map(([job, value]) => ({ labels: { job }, value }))
  return [
    counter('ashlar_reclaimed_blobs', 'Blobs that reclaim removed', reclaim.removed),
    counter('ashlar_orphans_swept', 'Blobs of earlier lives that no row names', [
      { labels: { fate: 'removed' }, value: removed },
      { labels: { fate: 'set-aside' }, value: setAside },
    ]),
    counter(
      'ashlar_job_failures',
      'Steps of background jobs that failed and are tried again',
      failed,
    ),
  ]
}

function scrub({ rounds, isIndexDamaged }: Measured['scrub']): readonly Family[] {
  const { current, last } = rounds()
  const round = current ?? last
  const found = [
    { labels: { round: 'current' }, value: current?.found },
    { labels: { round: 'last' }, value: last?.found },
  ]
  return [
    gauge(
      'ashlar_scrub_running',
      'Whether a round of scrub goes on',
      Number(current !== undefined),
    ),
    gauge(
      'ashlar_scrub_read_bytes',
      'Bytes of blobs read in this round, or in the last',
      round?.counts.bytes,
    ),
    gauge(
      'ashlar_scrub_read_blobs',
      'Blobs read in this round, or in the last',
      round?.counts.blobs,
    ),
    gauge('ashlar_scrub_read_rows', 'Rows read in this round, or in the last', round?.counts.rows),
    gauge('ashlar_scrub_damage', 'Damage that scrub found, by round', found),
    gauge(
      'ashlar_scrub_index_damaged',
      'Whether reclaim rests, for an index is damaged',
      Number(isIndexDamaged()),
    ),
    gauge(
      'ashlar_scrub_last_finished_timestamp_seconds',
      'When the last round was finished, since 1970-01-01T00:00:00Z',
      last?.finished === undefined ? undefined : last.finished / 1000,
    ),
  ]
}

function keys(ring: Measured['ring']): readonly Family[] {
  const all = ring.keys()
  const states = ['enabled', 'disabled', 'faulty'] as const
  const samples = states.map((state) => ({
    labels: { state },
    value: all.filter((key) => stateOf(key) === state).length,
  }))
  const versions = all.reduce((sum, key) => sum + key.versions.length, 0)
  return [
    gauge('ashlar_key_ring_keys', 'Keys of encryption in the key ring, by state', samples),
    gauge('ashlar_key_ring_versions', 'Versions of keys in the key ring', versions),
  ]
}

function stateOf({ enabled, fault }: RingKey): 'enabled' | 'disabled' | 'faulty' {
  if (fault !== undefined) return 'faulty'
  return enabled ? 'enabled' : 'disabled'
}
