/** Many deletions in one request: each key has its own result, and none stands in the way of another. */
import { pageEntriesMax } from '../base/limits.ts'
import { S3Error } from '../model/errors.ts'
import type { _Error, Delete, DeletedObject, ObjectIdentifier } from '../model/types.gen.ts'
import type { BucketRow } from '../stores/metadata/records.ts'
import { checkKeyLength, type Objects } from './objects.ts'

/**
 * Characters of all keys, version ids and ETags of one list: 1,000 keys of 1,024 bytes with ids and ETags of 32. They are answered
 * again, also those that are too long to be keys, so their sum is what an answer may cost.
 */
export const namedCharactersMax = 1_100_000

export interface Deletions {
  readonly Deleted: readonly DeletedObject[]
  readonly Errors: readonly _Error[]
}

/** Removes every named object and tells of each; quietly, of those that failed alone. Throws MalformedXML for none or too many. */
export async function removeEach(
  objects: Objects,
  bucket: BucketRow,
  request: Delete,
): Promise<Deletions> {
  const named = request.Objects
  if (named.length === 0 || named.length > pageEntriesMax || named.some(({ Key }) => Key === '')) {
    throw new S3Error('MalformedXML')
  }
  if (charactersOf(named) > namedCharactersMax) throw new S3Error('MalformedXML')
  // Side by side, so that the store can make many of them durable in one commit.
  const failures = await Promise.all(named.map((object) => removeOne(objects, bucket, object)))
  const gone = named.filter((_, index) => failures[index] === undefined)
  return {
    Deleted: request.Quiet === true ? [] : gone.map(({ Key, VersionId }) => ({ Key, VersionId })),
    Errors: failures.filter((failure) => failure !== undefined),
  }
}

function charactersOf(named: readonly ObjectIdentifier[]): number {
  const lengthOf = (text: string | undefined): number => text?.length ?? 0
  return named.reduce(
    (sum, { Key, VersionId, ETag }) => sum + Key.length + lengthOf(VersionId) + lengthOf(ETag),
    0,
  )
}

async function removeOne(
  objects: Objects,
  bucket: BucketRow,
  named: ObjectIdentifier,
): Promise<_Error | undefined> {
  const { Key, VersionId, ETag, LastModifiedTime, Size } = named
  try {
    checkKeyLength(Key)
    checkVersion(bucket, named)
    await objects.remove(bucket, {
      key: Key,
      versionId: VersionId,
      ifMatch: ETag,
      ifMatchLastModifiedTime: LastModifiedTime,
      ifMatchSize: Size,
    })
    return undefined
  } catch (error) {
    // The answer of this operation is a list of results: here an error is one of them.
    if (!(error instanceof S3Error)) throw error
    return { Key, VersionId, Code: error.code, Message: error.message }
  }
}

/** In a list S3 calls a version that cannot be there missing, where it calls it malformed in an address. */
function checkVersion(bucket: BucketRow, { Key, VersionId }: ObjectIdentifier): void {
  if (VersionId === undefined || VersionId === 'null' || bucket.versioning !== 'never') return
  throw new S3Error('NoSuchVersion', { Key, VersionId })
}
