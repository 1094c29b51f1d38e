/** PutObject: a whole object in one request. */
import { uploadSizeBytesMax } from '../base/limits.ts'
import { namedClass, objectAttributes } from '../domain/attributes.ts'
import { objectChecksum } from '../domain/description.ts'
import { encryptionAnswer } from '../domain/encryption-answer.ts'
import { quoted } from '../domain/etags.ts'
import { expectBucketOwner } from '../domain/owners.ts'
import { newOwned } from '../domain/ownership.ts'
import { writeCondition } from '../domain/preconditions.ts'
import { keptAlgorithm, wholeChecksum } from '../domain/whole-checksum.ts'
import { versionIdOf } from '../domain/versions.ts'
import type { PutObjectInput, PutObjectOutput } from '../model/types.gen.ts'
import { declaredDigests } from '../payload/declared.ts'
import { newDataKey } from './data-keys.ts'
import { aboutObject, keepObject } from './keeping.ts'
import type { Service } from './service.ts'

/**
 * Throws what objectAttributes, newDataKey, the digests and the body throw; EntityTooLarge, PreconditionFailed, NoSuchKey
 * (If-Match).
 */
export async function putObject(input: PutObjectInput, s3: Service): Promise<PutObjectOutput> {
  expectBucketOwner(input.ExpectedBucketOwner, s3.bucket, s3)
  const { owner, acl } = newOwned(input, s3)
  const condition = writeCondition(input)
  const asked = { ...objectAttributes(input), acl }
  const declared = declaredDigests(input, input.Body, 'hex')
  const dataKey = await newDataKey(input, s3)
  const attributes = { ...asked, encryption: dataKey?.encryption }
  const algorithm = keptAlgorithm(declared, s3.settings)
  await s3.objects.expect(s3.bucket, input.Key, condition)
  await using stored = await s3.ingest(input.Body, {
    declared,
    compute: algorithm === undefined ? [] : [algorithm],
    sizeBytesMax: uploadSizeBytesMax,
    about: aboutObject({ key: input.Key, owner, attributes }, s3),
    dataKey,
  })
  const checksum = wholeChecksum(algorithm, stored.checksums)
  const keeping = { key: input.Key, owner, attributes: { ...attributes, checksum }, condition }
  const row = await keepObject(stored, keeping, s3)
  return {
    ETag: quoted(row.etag),
    ...objectChecksum(row),
    ...encryptionAnswer(row.attributes.encryption),
    ...namedClass(row.attributes),
    VersionId: versionIdOf(s3.bucket, row),
  }
}
