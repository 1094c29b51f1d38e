/**
 * CopyObject: a second row for bytes that are already there. No byte moves, whatever their size, unless the copy is to be
 * encrypted and the source is not, or the other way round, or one of them twice: then they are read and sealed anew. And
 * none is read, unless it takes that to make the copy's checksum.
 */
import { namedClass } from '../domain/attributes.ts'
import type { Source } from '../domain/copy-source.ts'
import { fromSource } from '../domain/copy-source.ts'
import {
  checkedSource,
  checksumToMake,
  copiedEtag,
  copyAttributes,
  keptChecksum,
} from '../domain/copying.ts'
import { readingKey, sourceKeyMembers } from '../domain/customer-keys.ts'
import { objectChecksum } from '../domain/description.ts'
import { encryptionAnswer } from '../domain/encryption-answer.ts'
import { quoted } from '../domain/etags.ts'
import { wholeOf } from '../domain/objects.ts'
import { expectBucketOwner } from '../domain/owners.ts'
import { newOwned, type Owned } from '../domain/ownership.ts'
import { writeCondition } from '../domain/preconditions.ts'
import { wholeSeconds } from '../domain/times.ts'
import { versionIdOf } from '../domain/versions.ts'
import { wholeChecksum } from '../domain/whole-checksum.ts'
import type { CopyObjectInput, CopyObjectOutput } from '../model/types.gen.ts'
import type { AskedEncryption, CustomerKey, DataKey } from '../payload/encryption/envelope.ts'
import type { Checksum, ObjectAttributes, ObjectRow } from '../stores/metadata/records.ts'
import type { Condition } from '../stores/metadata/store.ts'
import { admittedEncryption, openDataKey } from './data-keys.ts'
import { aboutObject, keepObject } from './keeping.ts'
import { readChecksum } from './read-checksum.ts'
import { resealed } from './resealing.ts'
import type { Service } from './service.ts'

/**
 * Throws what checkedSource, fromSource, copyAttributes and admittedEncryption throw; for an encrypted source what GetObject throws;
 * PreconditionFailed and NoSuchKey (If-Match) for the destination.
 */
export async function copyObject(input: CopyObjectInput, s3: Service): Promise<CopyObjectOutput> {
  expectBucketOwner(input.ExpectedBucketOwner, s3.bucket, s3)
  const place = checkedSource(input)
  const owned = newOwned(input, s3)
  const condition = writeCondition(input)
  const encryption = admittedEncryption(input, s3)
  const brought = readingKey(sourceKeyMembers(input), s3)
  const copying = { input, owned, condition, encryption, brought, s3 }
  return await fromSource({ place, input }, s3, (source) => copyOf(source, copying))
}

interface Copying {
  readonly input: CopyObjectInput
  /** An ACL never follows the bytes. */
  readonly owned: Owned
  readonly condition: Condition
  /** Of the copy. */
  readonly encryption: AskedEncryption | undefined
  /** For the source. */
  readonly brought: CustomerKey | undefined
  readonly s3: Service
}

/** Undefined when the bytes of the source are gone. */
async function copyOf(source: Source, copying: Copying): Promise<CopyObjectOutput | undefined> {
  const { s3 } = copying
  const row = await rowOf(source, copying)
  if (row === undefined) return undefined
  return {
    CopyObjectResult: {
      LastModified: wholeSeconds(row.modified),
      ETag: quoted(row.etag),
      ...objectChecksum(row),
    },
    CopySourceVersionId: versionIdOf(source.bucket, source.found.row),
    ...encryptionAnswer(row.attributes.encryption),
    ...namedClass(row.attributes),
    VersionId: versionIdOf(s3.bucket, row),
  }
}

/** Undefined when the bytes of the source are gone. */
async function rowOf(source: Source, copying: Copying): Promise<ObjectRow | undefined> {
  const { input, owned, encryption: asked, brought, s3 } = copying
  const taken = copyAttributes(input, source, { bucket: s3.bucket, asked })
  const attributes = { ...taken, acl: owned.acl }
  const { row } = source.found
  const from = await openDataKey({ bucket: source.bucket, row, brought }, s3)
  const copy = { source, from, attributes }
  if (from === undefined && asked === undefined) return await sameBytes(copy, copying, row.etag)
  const place = { bucket: s3.bucket.name, key: input.Key }
  const to = from && asked && (await s3.envelopes.rewrap(from, asked, place))
  if (from === undefined || to === undefined) {
    return await otherBytes(copy, copying, asked && (await s3.envelopes.create(asked, place)))
  }
  const etag = copiedEtag(row.etag, from.encryption, to.encryption)
  const rewrapped = { ...attributes, encryption: to.encryption }
  return await sameBytes({ ...copy, attributes: rewrapped }, copying, etag)
}

interface Copy {
  readonly source: Source
  /** Opens the source's bytes. */
  readonly from: DataKey | undefined
  readonly attributes: ObjectAttributes
}

/** Of the copy: the source's own, what its parts know of the whole, or made of its bytes. */
async function checksumOf(
  { source, from, attributes }: Copy,
  { input, s3 }: Copying,
): Promise<Checksum | undefined> {
  const { found } = source
  const algorithm = checksumToMake(input.ChecksumAlgorithm, source)
  if (algorithm === undefined) return attributes.checksum
  const value =
    (await s3.uploads.knownChecksum(found, algorithm)) ??
    (await readChecksum(s3.emit(found, wholeOf(found.row), from), algorithm))
  return { algorithm, type: 'FULL_OBJECT', value }
}

/** The bytes stay where they are; of an encrypted source only the envelope is new. */
async function sameBytes(
  copy: Copy,
  copying: Copying,
  etag: string,
): Promise<ObjectRow | undefined> {
  const checksum = await checksumOf(copy, copying)
  const { input, owned, condition, s3 } = copying
  const { sizeBytes, partCount, locator, seal } = copy.source.found.row
  const draft = {
    key: input.Key,
    owner: owned.owner,
    sizeBytes,
    etag,
    partCount,
    locator,
    seal,
    modified: s3.now,
  }
  return await s3.objects.putCopy(
    s3.bucket,
    { ...draft, attributes: { ...copy.attributes, checksum } },
    condition,
  )
}

/** The bytes are read, and kept anew as `dataKey` seals them: one object without parts, as S3 makes of every copy. */
async function otherBytes(
  { source, from, attributes }: Copy,
  { input, owned, condition, s3 }: Copying,
  dataKey: DataKey | undefined,
): Promise<ObjectRow> {
  const { found } = source
  const kept = keptChecksum(input.ChecksumAlgorithm, source, s3.settings)
  const { owner } = owned
  const encrypted = { ...attributes, encryption: dataKey?.encryption, checksum: kept.checksum }
  await using stored = await resealed(
    {
      bytes: s3.emit(found, wholeOf(found.row), from),
      compute: kept.algorithm,
      about: aboutObject({ key: input.Key, owner, attributes: encrypted }, s3),
      dataKey,
    },
    s3,
  )
  const checksum = kept.checksum ?? wholeChecksum(kept.algorithm, stored.checksums)
  const keeping = { key: input.Key, owner, attributes: { ...encrypted, checksum }, condition }
  return await keepObject(stored, keeping, s3)
}
