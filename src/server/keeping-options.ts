/** The options of how stored bytes are kept: how durable, for how long, with how much room, and how often they are looked through. */
import type { Option } from './options.ts'

/** From everything that was acknowledged down to nothing in particular: docs/operate/durability.md says what each may lose. */
export const durabilities = ['full', 'metadata-async', 'none'] as const
export type Durability = (typeof durabilities)[number]

export const keepingOptions: readonly Option[] = [
  {
    name: 'reclaim-grace',
    env: 'ASHLAR_RECLAIM_GRACE',
    value: 'seconds',
    default: '60',
    sentence: 'how long bytes stay on disk after nothing refers to them any more',
  },
  {
    name: 'disk-reserve',
    env: 'ASHLAR_DISK_RESERVE',
    value: 'MiB',
    default: '256',
    sentence:
      'room on the disk that is left to the metadata: with less, writes are refused with 503; 0 refuses none',
  },
  {
    name: 'durability',
    flag: '--durability',
    env: 'ASHLAR_DURABILITY',
    value: 'level',
    default: 'full',
    choices: durabilities,
    sentence:
      'what a power cut may take: nothing, or what docs/operate/durability.md says of a level',
  },
  {
    name: 'scrub-interval',
    flag: '--scrub-interval',
    env: 'ASHLAR_SCRUB_INTERVAL',
    value: 'hours',
    default: '168',
    sentence: 'how often everything stored is read and verified; 0 never',
  },
  {
    name: 'scrub-rate',
    env: 'ASHLAR_SCRUB_RATE',
    value: 'MiB',
    default: '16',
    sentence: 'so much of the blobs is verified in a second at most',
  },
  {
    name: 'snapshot-interval',
    flag: '--snapshot-interval',
    env: 'ASHLAR_SNAPSHOT_INTERVAL',
    value: 'seconds',
    default: '900',
    sentence:
      'how often what changed in the metadata is kept in a snapshot, for ashlar rebuild; 0 never',
  },
]
