/** The checksum of a completed object, made of its parts' checksums, and what the client may ask to be held against it. */
import { isCombinable, type ChecksumType } from '../model/checksum-types.ts'
import { S3Error } from '../model/errors.ts'
import type { ChecksumAlgorithm } from '../payload/checksums/algorithms.ts'
import type {
  CheckedPart,
  combine,
  composite,
  multipartEtag,
} from '../payload/checksums/combine.ts'
import type { Checksum, PartRow, UploadRow } from '../stores/metadata/records.ts'
import { checksumMembers } from './part-list.ts'
import { checksumMismatch, partAlgorithm } from './parts.ts'
import type { Settings } from './settings.ts'

/** What can be made of the digests of parts without their bytes: payload/checksums/combine.ts, handed in. */
export interface PartDigests {
  readonly combine: typeof combine
  readonly composite: typeof composite
  readonly multipartEtag: typeof multipartEtag
}

/**
 * COMPOSITE or FULL_OBJECT as the upload was created; for an upload created without an algorithm the server's default,
 * unless a copied part came without it (docs/decisions/0004-copied-parts.md): then the object has none.
 */
export function completedChecksum(
  upload: UploadRow,
  parts: readonly PartRow[],
  { settings, digests }: { readonly settings: Settings; readonly digests: PartDigests },
): Checksum | undefined {
  const algorithm = partAlgorithm(upload, settings)
  const checked = algorithm === undefined ? undefined : checkedParts(algorithm, parts)
  if (algorithm === undefined || checked === undefined) return undefined
  if (upload.checksum?.type !== 'COMPOSITE' && isCombinable(algorithm)) {
    return { algorithm, type: 'FULL_OBJECT', value: digests.combine(algorithm, checked) }
  }
  const values = checked.map(({ checksum }) => checksum)
  return { algorithm, type: 'COMPOSITE', value: digests.composite(algorithm, values) }
}

/** What `combine` takes; undefined when one of the parts has no checksum of that algorithm. */
export function checkedParts(
  algorithm: ChecksumAlgorithm,
  parts: readonly PartRow[],
): readonly CheckedPart[] | undefined {
  const checked = parts.flatMap(({ checksums, sizeBytes }) => {
    const checksum = checksums[algorithm]
    return checksum === undefined ? [] : [{ checksum, sizeBytes }]
  })
  return checked.length < parts.length ? undefined : checked
}

/** A checksum as S3 shows it: a composite says of how many parts. */
export function checksumText(checksum: Checksum, partCount: number): string {
  return checksum.type === 'COMPOSITE' ? `${checksum.value}-${partCount}` : checksum.value
}

/** The completion says the type that the upload was created with, or none. Throws InvalidRequest. */
export function checkCompletionType(upload: UploadRow, type: ChecksumType | undefined): void {
  const created = upload.checksum?.type
  if (type === undefined || type === created) return
  const sentence = `The upload was created using the ${created ?? 'null'} checksum mode. The complete request must use the same checksum mode.`
  throw new S3Error('InvalidRequest', {}, sentence)
}

/** What the client says of the whole, base64 by algorithm; one at most. Throws InvalidRequest, before any part is looked at. */
export function wholeChecksums(members: object): ReadonlyMap<string, string> {
  const sent = checksumMembers(members)
  if (sent.size > 1) throw new S3Error('InvalidRequest', {}, severalChecksums)
  return sent
}

/**
 * Holds the checksum of the whole that the client sent against the one that was made. Throws InvalidRequest for
 * another algorithm and for what cannot be such a checksum; BadDigest when it differs.
 */
export function checkWholeChecksum(
  sent: ReadonlyMap<string, string>,
  made: Checksum | undefined,
  partCount: number,
): void {
  const [first] = sent
  if (first === undefined) return
  const [algorithm, value] = first
  if (made?.algorithm !== algorithm) throw checksumMismatch(made?.algorithm, algorithm)
  const name = algorithm.toLowerCase()
  // S3 takes a composite without its count too, which is how minio-go sends it.
  if (value === made.value || value === checksumText(made, partCount)) return
  if (!isLike(value, made.value)) {
    throw new S3Error('InvalidRequest', {}, `Value for x-amz-checksum-${name} header is invalid.`)
  }
  throw new S3Error(
    'BadDigest',
    {},
    `The ${name} you specified did not match the calculated checksum.`,
  )
}

const severalChecksums =
  'Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.'

const compositeSuffix = /-[0-9]{1,5}$/

/** Base64 of as many bytes, the suffix of a composite aside. */
function isLike(value: string, model: string): boolean {
  const text = value.replace(compositeSuffix, '')
  const bytes = Buffer.from(text, 'base64')
  return bytes.toString('base64') === text && text.length === model.length
}
