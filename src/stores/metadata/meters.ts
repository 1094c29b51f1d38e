/** What the threads of the metadata store tell of their work, in memory that they share with whoever reads it. */
import { sharedHistogram, type Histogram } from '../../base/histogram.ts'

export interface MetadataMeters {
  /** Calls of each group that was committed. */
  readonly groupCalls: Histogram
  /** Seconds from the beginning of a group's transaction to its commit, the sync included. */
  readonly groupSeconds: Histogram
  /** Seconds of each checkpoint that wrote something back. */
  readonly checkpointSeconds: Histogram
}

const callBounds = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512] as const
const secondBounds = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5] as const

export function metadataMeters(): MetadataMeters {
  return {
    groupCalls: sharedHistogram(callBounds),
    groupSeconds: sharedHistogram(secondBounds),
    checkpointSeconds: sharedHistogram(secondBounds),
  }
}
