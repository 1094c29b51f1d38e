/** The blobs that a snapshot names, brought from one folder into another, a few at a time; what is damaged is told and left out. */
import type { BlobId } from '../base/ids.ts'
import { findingOf, noDamage, withFinding, type Damage } from '../jobs/findings.ts'
import { BlobCopier, type CopierParts } from '../stores/blobs/copier.ts'
import { failedWith } from '../stores/blobs/file-system.ts'
import { BlobCorrupt, BlobMissing } from '../stores/blobs/store.ts'
import type { MetadataExaminer } from '../stores/metadata/examiner.ts'

/** Enough to keep a disk busy while one blob is being proven. */
const atOnce = 4
/** Folders that are synced together; each holds up to a thousand blobs. */
const foldersAtOnce = 64

export interface Bringing extends CopierParts {
  readonly metadata: MetadataExaminer
  readonly onProgress: (brought: Brought) => void
}

export interface Brought {
  /** Named by the snapshot, whether they had to be copied or not. */
  blobs: number
  copied: number
  bytes: number
  damage: Damage
}

export async function bringBlobs(bringing: Bringing): Promise<Brought> {
  const copier = new BlobCopier(bringing)
  const brought: Brought = { blobs: 0, copied: 0, bytes: 0, damage: noDamage }
  const ids = bringing.metadata.blobs()[Symbol.iterator]()
  const lane = async (): Promise<void> => {
    for (let next = ids.next(); next.done !== true; next = ids.next()) {
      await bringOne(next.value, copier, { ...bringing, brought })
      await copier.sync(foldersAtOnce)
      bringing.onProgress(brought)
    }
  }
  // None may still be under way when the first failure is told.
  const lanes = await Promise.allSettled(Array.from({ length: atOnce }, lane))
  for (const ended of lanes) if (ended.status === 'rejected') throw ended.reason
  await copier.sync()
  return brought
}

async function bringOne(
  id: BlobId,
  copier: BlobCopier,
  { metadata, brought }: Bringing & { brought: Brought },
): Promise<void> {
  brought.blobs += 1
  try {
    const bytes = await copier.copy(id)
    brought.bytes += bytes
    if (bytes > 0) brought.copied += 1
  } catch (error) {
    const isMissing = error instanceof BlobMissing
    if (!isMissing && !(error instanceof BlobCorrupt) && !failedWith(error, 'EIO')) throw error
    const kind = isMissing ? 'missing' : 'blob'
    const detail = (error as Error).message
    const finding = findingOf({ kind, owners: metadata.owners(id), blob: id, detail })
    brought.damage = withFinding(brought.damage, finding)
  }
}
