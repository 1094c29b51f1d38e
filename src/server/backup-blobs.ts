/** The blobs that a snapshot names, brought from one folder into another, a few at a time; what is damaged is told and left out. */
import { fileOf, type BlobId } from '../base/ids.ts'
import { findingOf, noDamage, withFinding, type Damage } from '../jobs/findings.ts'
import { BlobCopier, type CopierParts } from '../stores/blobs/copier.ts'
import { BlobMissing } from '../stores/blobs/store.ts'
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
  const files = byFile(bringing.metadata.blobs())
  const lane = async (): Promise<void> => {
    for (let next = files.next(); next.done !== true; next = files.next()) {
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

/** Blobs come in the order of their files. */
function* byFile(blobs: Iterable<BlobId>): Generator<readonly BlobId[]> {
  let together: BlobId[] = []
  for (const blob of blobs) {
    const [first] = together
    if (first !== undefined && fileOf(first) !== fileOf(blob)) {
      yield together
      together = []
    }
    together.push(blob)
  }
  if (together.length > 0) yield together
}

async function bringOne(
  blobs: readonly BlobId[],
  copier: BlobCopier,
  { metadata, brought }: Bringing & { brought: Brought },
): Promise<void> {
  const [first] = blobs
  if (first === undefined) return
  brought.blobs += blobs.length
  const { bytes, damaged } = await copier.copy(fileOf(first), blobs)
  brought.bytes += bytes
  if (bytes > 0) brought.copied += blobs.length - damaged.length
  for (const { blob, error } of damaged) {
    const kind = error instanceof BlobMissing ? 'missing' : 'blob'
    const detail = error instanceof Error ? error.message : String(error)
    const finding = findingOf({ kind, owners: metadata.owners(blob), blob, detail })
    brought.damage = withFinding(brought.damage, finding)
  }
}
