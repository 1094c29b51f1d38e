/** Damage that was found, in words: whose it is, what it is, and what can be done. */
import type { BlobId } from '../base/ids.ts'
import type { Flaw, Owner } from '../stores/metadata/examiner.ts'

export interface Finding {
  /** As of a flaw; `blob`: its file does not prove itself; `missing`: a row names a blob that is not there, or too short. */
  readonly kind: Flaw['kind'] | 'blob' | 'missing'
  /** Whose bytes are concerned, by name; empty where nobody names them or it cannot be told. */
  readonly owners: readonly Owner[]
  readonly blob?: BlobId
  readonly detail: string
  /** What can be done, one sentence or two. */
  readonly advice: string
}

/** Of more than these only the number is kept. */
const findingsMax = 1000

export interface Damage {
  /** All that was found. */
  readonly found: number
  /** The first of it. */
  readonly findings: readonly Finding[]
}

export const noDamage: Damage = { found: 0, findings: [] }

const backup = 'Restore it from a backup (ashlar restore) or upload it again'

const advices: Readonly<Record<Finding['kind'], string>> = {
  record: `${backup}; overwriting or deleting the key removes the damaged row, and listings that it breaks go on.`,
  bytes: `${backup}.`,
  blob: `${backup}. Its other blocks can still be read with range requests.`,
  missing: `${backup}.`,
  sizes: `${backup}; do not complete or copy it as it is.`,
  index:
    'Stop the server before reclaim trusts this index, and run ashlar verify --reindex, which builds the indexes anew from their tables.',
  database:
    'Stop the server and keep a copy of its folder. If only indexes are named, ashlar verify --reindex mends them; else ashlar rebuild makes the metadata anew, and ashlar restore the last backup.',
}

/** Bytes that nobody names are no loss. */
const ofNobody = 'Nobody names these bytes: nothing is lost. They go when they are reclaimed.'

export function findingOf(found: Omit<Finding, 'advice'>): Finding {
  const isOfNobody = found.kind === 'blob' && found.owners.length === 0
  return { ...found, advice: isOfNobody ? ofNobody : advices[found.kind] }
}

/** `photos/a.jpg`, with version, upload and part where there are any. */
export function nameOf({ bucket, key, versionId, uploadId, partNumber }: Owner): string {
  const path = key === undefined ? bucket : `${bucket}/${key}`
  const more = [
    versionId === undefined ? '' : ` version ${versionId}`,
    uploadId === undefined ? '' : ` upload ${uploadId}`,
    partNumber === undefined ? '' : ` part ${partNumber}`,
  ]
  return path + more.join('')
}

/** What a log line and a report say of the names: the first few. */
export function namesIn({ owners }: Finding): readonly string[] {
  return owners.map(nameOf)
}

/** The same as `before` where this was listed already. What is met twice and no longer listed counts twice. */
export function withFinding<Kept extends Damage>(before: Kept, finding: Finding): Kept {
  const { found, findings } = before
  if (findings.some((known) => sameDamage(known, finding))) return before
  const listed = findings.length < findingsMax ? [...findings, finding] : findings
  return { ...before, found: found + 1, findings: listed }
}

/** What two looks at the same found, in the words of the first where it knows. At least so much where not all of it is listed. */
export function together(one: Damage, other: Damage): Damage {
  const begun: Damage = { found: one.findings.length, findings: one.findings }
  const { found, findings } = other.findings.reduce(withFinding, begun)
  return { found: Math.max(found, one.found, other.found), findings }
}

/** The same damage, met twice: by the row that names a blob, and by the blob. */
function sameDamage(one: Finding, other: Finding): boolean {
  if (one.blob !== undefined || other.blob !== undefined) return one.blob === other.blob
  return one.kind === other.kind && one.detail === other.detail
}
