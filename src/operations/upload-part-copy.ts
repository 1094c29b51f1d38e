/** UploadPartCopy: a part made of bytes that are already here; no byte moves, and none is read unless a checksum asks for it. */
import { copyRange } from '../domain/copy-range.ts'
import { fromSource, type Source } from '../domain/copy-source.ts'
import { quoted } from '../domain/etags.ts'
import { expectBucketOwner } from '../domain/owners.ts'
import { checkPartNumber, checksumMembers } from '../domain/parts.ts'
import { wholeSeconds } from '../domain/times.ts'
import { versionIdOf } from '../domain/versions.ts'
import type { UploadPartCopyInput, UploadPartCopyOutput } from '../model/types.gen.ts'
import type { ChecksumAlgorithm } from '../payload/checksums/algorithms.ts'
import { createHasher } from '../payload/checksums/hashers.ts'
import type { UploadRow } from '../stores/metadata/records.ts'
import type { Service } from './service.ts'

/** Throws InvalidArgument, NoSuchUpload, what fromSource throws, and InvalidRequest beyond 5 GiB. */
export async function uploadPartCopy(
  input: UploadPartCopyInput,
  s3: Service,
): Promise<UploadPartCopyOutput> {
  expectBucketOwner(input.ExpectedBucketOwner, s3.bucket, s3)
  checkPartNumber(input.PartNumber)
  const upload = await s3.uploads.open(s3.bucket, input)
  return await fromSource(input, s3, (source) => copyOf(source, { input, upload, s3 }))
}

interface Asked {
  readonly input: UploadPartCopyInput
  readonly upload: UploadRow
  readonly s3: Service
}

/** Undefined when the bytes of the source are gone. */
async function copyOf(
  { bucket, found }: Source,
  { input, upload, s3 }: Asked,
): Promise<UploadPartCopyOutput | undefined> {
  const range = copyRange(input.CopySourceRange, found.row.sizeBytes)
  const copied = await s3.uploads.copiedPart(upload, { found, range })
  const asked = upload.checksum === undefined ? undefined : s3.uploads.partAlgorithm(upload)
  const isUnknown = asked !== undefined && copied.checksums[asked] === undefined
  const checksums = isUnknown
    ? { [asked]: await readChecksum(s3.emit(found, range), asked) }
    : copied.checksums
  const part = await s3.uploads.putCopiedPart(upload, {
    ...copied,
    checksums,
    number: input.PartNumber,
    modified: s3.now,
  })
  if (part === undefined) return undefined
  return {
    CopySourceVersionId: versionIdOf(bucket, found.row),
    CopyPartResult: {
      LastModified: wholeSeconds(part.modified),
      ETag: quoted(part.etag),
      ...checksumMembers(asked, checksums),
    },
  }
}

/** Base64. The one reason to read: the upload was created for this checksum, and no row knows it. */
async function readChecksum(
  bytes: AsyncIterable<Uint8Array>,
  algorithm: ChecksumAlgorithm,
): Promise<string> {
  const hasher = createHasher(algorithm)
  for await (const chunk of bytes) hasher.update(chunk)
  return Buffer.from(hasher.digest()).toString('base64')
}
