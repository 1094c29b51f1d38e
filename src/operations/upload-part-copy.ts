/**
 * UploadPartCopy: a part made of bytes that are already here. No byte moves, and none is read unless a checksum asks for it, or
 * unless source and upload are not both plain, or both encrypted alike: then they are read and sealed anew.
 */
import { copyRange } from '../domain/copy-range.ts'
import { fromSource, parseCopySource, type Source } from '../domain/copy-source.ts'
import type { CopiedPart } from '../domain/copied-part.ts'
import { veiledEtag } from '../domain/copying.ts'
import { readingKey, sourceKeyMembers } from '../domain/customer-keys.ts'
import { encryptionAnswer } from '../domain/encryption-answer.ts'
import { quoted } from '../domain/etags.ts'
import { expectBucketOwner } from '../domain/owners.ts'
import { checkPartNumber, checksumMembers } from '../domain/parts.ts'
import { wholeSeconds } from '../domain/times.ts'
import { versionIdOf } from '../domain/versions.ts'
import type { UploadPartCopyInput, UploadPartCopyOutput } from '../model/types.gen.ts'
import type { ChecksumAlgorithm } from '../payload/checksums/algorithms.ts'
import { layersOf, runsBetween } from '../payload/encryption/data-key.ts'
import type { CustomerKey, DataKey } from '../payload/encryption/envelope.ts'
import type { ByteRange } from '../stores/blobs/store.ts'
import type { PartRow, UploadRow } from '../stores/metadata/records.ts'
import { openDataKey, uploadDataKey } from './data-keys.ts'
import { aboutPart, keepPart } from './keeping.ts'
import { readChecksum } from './read-checksum.ts'
import { resealed } from './resealing.ts'
import type { Service } from './service.ts'

/**
 * Throws InvalidArgument, NoSuchUpload, what uploadDataKey and fromSource throw, for an encrypted source what GetObject throws,
 * and InvalidRequest beyond 5 GiB.
 */
export async function uploadPartCopy(
  input: UploadPartCopyInput,
  s3: Service,
): Promise<UploadPartCopyOutput> {
  expectBucketOwner(input.ExpectedBucketOwner, s3.bucket, s3)
  checkPartNumber(input.PartNumber)
  const place = parseCopySource(input.CopySource)
  const upload = await s3.uploads.open(s3.bucket, input)
  const to = await uploadDataKey(upload, input, s3)
  const brought = readingKey(sourceKeyMembers(input), s3)
  const copying = { input, upload, to, brought, s3 }
  return await fromSource({ place, input }, s3, (source) => copyOf(source, copying))
}

interface Copying {
  readonly input: UploadPartCopyInput
  readonly upload: UploadRow
  /** Seals the upload's bytes. */
  readonly to: DataKey | undefined
  /** For the source. */
  readonly brought: CustomerKey | undefined
  readonly s3: Service
}

/** Undefined when the bytes of the source are gone. */
async function copyOf(
  { bucket, found }: Source,
  copying: Copying,
): Promise<UploadPartCopyOutput | undefined> {
  const { input, upload, to, brought, s3 } = copying
  const range = copyRange(input.CopySourceRange, found.row.sizeBytes)
  const from = await openDataKey({ bucket, row: found.row, brought }, s3)
  const asked = upload.checksum === undefined ? undefined : s3.uploads.partAlgorithm(upload)
  const stretch = { found, range, from, asked }
  const part = isAlike(from, to)
    ? await sameBytes(stretch, copying)
    : await otherBytes(stretch, copying)
  if (part === undefined) return undefined
  return {
    CopySourceVersionId: versionIdOf(bucket, found.row),
    CopyPartResult: {
      LastModified: wholeSeconds(part.modified),
      ETag: quoted(part.etag),
      ...checksumMembers(asked, part.checksums),
    },
    ...encryptionAnswer(upload.attributes.encryption),
  }
}

/** Runs of the one can be runs of the other. */
function isAlike(from: DataKey | undefined, to: DataKey | undefined): boolean {
  if (from === undefined || to === undefined) return from === to
  return layersOf(from.encryption) === layersOf(to.encryption)
}

interface Stretch {
  readonly found: Source['found']
  readonly range: ByteRange
  /** Opens the source's bytes. */
  readonly from: DataKey | undefined
  /** The checksum that the upload was created for. */
  readonly asked: ChecksumAlgorithm | undefined
}

async function sameBytes(
  { found, range, from, asked }: Stretch,
  { input, upload, to, s3 }: Copying,
): Promise<PartRow | undefined> {
  const copying = from && to && runsBetween(from, to)
  const copied: CopiedPart = await s3.uploads.copiedPart(upload, { found, range, copying })
  const isUnknown = asked !== undefined && copied.checksums[asked] === undefined
  const checksums = isUnknown
    ? { [asked]: await readChecksum(s3.emit(found, range, from), asked) }
    : copied.checksums
  const part = { ...copied, checksums, number: input.PartNumber, modified: s3.now }
  const veils = from?.encryption.method === 'SSE-S3' && to?.encryption.method !== 'SSE-S3'
  const etag = veils ? veiledEtag(part.etag, wrappedKeys(part)) : part.etag
  return await s3.uploads.putCopiedPart(upload, { ...part, etag })
}

/** Of all runs, as text. */
function wrappedKeys({ runs }: CopiedPart): string {
  return runs.map(({ seal }) => seal?.wrapped).join()
}

async function otherBytes(
  { found, range, from }: Stretch,
  { input, upload, to, s3 }: Copying,
): Promise<PartRow> {
  const place = { upload, number: input.PartNumber }
  await using stored = await resealed(
    {
      bytes: s3.emit(found, range, from),
      compute: s3.uploads.partAlgorithm(upload),
      about: aboutPart(place, s3),
      dataKey: to,
    },
    s3,
  )
  return await keepPart(stored, place, s3)
}
