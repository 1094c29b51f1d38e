/** CopyObject: a second row for bytes that are already there; no byte moves, whatever their size. */
import { checkAclWith } from '../domain/acl.ts'
import type { Source } from '../domain/copy-source.ts'
import { fromSource } from '../domain/copy-source.ts'
import { checksumToMake, copyAttributes } from '../domain/copying.ts'
import { objectChecksum } from '../domain/description.ts'
import { quoted } from '../domain/etags.ts'
import { wholeOf } from '../domain/objects.ts'
import { expectBucketOwner } from '../domain/owners.ts'
import { writeCondition } from '../domain/preconditions.ts'
import { wholeSeconds } from '../domain/times.ts'
import { versionIdOf } from '../domain/versions.ts'
import type { CopyObjectInput, CopyObjectOutput } from '../model/types.gen.ts'
import type { ChecksumAlgorithm } from '../payload/checksums/algorithms.ts'
import { createHasher } from '../payload/checksums/hashers.ts'
import type { Checksum } from '../stores/metadata/records.ts'
import type { Condition } from '../stores/metadata/store.ts'
import type { Service } from './service.ts'

/** Throws what fromSource and copyAttributes throw; PreconditionFailed and NoSuchKey (If-Match) for the destination. */
export async function copyObject(input: CopyObjectInput, s3: Service): Promise<CopyObjectOutput> {
  expectBucketOwner(input.ExpectedBucketOwner, s3.bucket, s3)
  checkAclWith(input, s3.bucket.owner)
  const condition = writeCondition(input)
  return await fromSource(input, s3, (source) => copyOf(source, { input, condition, s3 }))
}

interface Asked {
  readonly input: CopyObjectInput
  readonly condition: Condition
  readonly s3: Service
}

/** Undefined when the bytes of the source are gone. */
async function copyOf(
  source: Source,
  { input, condition, s3 }: Asked,
): Promise<CopyObjectOutput | undefined> {
  const attributes = copyAttributes(input, source, s3.bucket)
  const algorithm = checksumToMake(input.ChecksumAlgorithm, source)
  const checksum =
    algorithm === undefined ? attributes.checksum : await checksumOf(source, algorithm, s3)
  const { sizeBytes, etag, partCount, locator } = source.found.row
  const draft = { key: input.Key, sizeBytes, etag, partCount, locator, modified: s3.now }
  const row = await s3.objects.putCopy(
    s3.bucket,
    { ...draft, attributes: { ...attributes, checksum } },
    condition,
  )
  if (row === undefined) return undefined
  return {
    CopyObjectResult: {
      LastModified: wholeSeconds(row.modified),
      ETag: quoted(row.etag),
      ...objectChecksum(row),
    },
    CopySourceVersionId: versionIdOf(source.bucket, source.found.row),
    VersionId: versionIdOf(s3.bucket, row),
  }
}

/** Reads the source once. */
async function checksumOf(
  source: Source,
  algorithm: ChecksumAlgorithm,
  s3: Service,
): Promise<Checksum> {
  const hasher = createHasher(algorithm)
  for await (const bytes of s3.emit(source.found, wholeOf(source.found.row))) hasher.update(bytes)
  return { algorithm, type: 'FULL_OBJECT', value: Buffer.from(hasher.digest()).toString('base64') }
}
