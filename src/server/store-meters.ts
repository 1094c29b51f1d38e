/** The numbers that the stores of one process count into. */
import { Histogram } from '../base/histogram.ts'
import type { SyncMeters } from '../stores/blobs/timed-syncs.ts'
import { metadataMeters, type MetadataMeters } from '../stores/metadata/meters.ts'

export interface StoreMeters {
  readonly metadata: MetadataMeters
  readonly syncs: SyncMeters
}

/** Seconds: from a disk with a cache that survives a power cut to one that is in trouble. */
const syncBounds = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5] as const

export function storeMeters(): StoreMeters {
  return {
    metadata: metadataMeters(),
    syncs: { files: new Histogram(syncBounds), folders: new Histogram(syncBounds) },
  }
}
