/**
 * May they? Every request passes here once, after the caller is known and before a byte of its body is read. What the bucket
 * alone cannot answer is left to a judge, which goes along with the request to where the object is found: no row is read
 * twice, and none for those to whom the whole bucket belongs.
 */
import type { Judge } from '../domain/judge.ts'
import { isBucketName } from '../domain/names.ts'
import type { Account } from '../identity/account.ts'
import { S3Error } from '../model/errors.ts'
import type { OperationName } from '../model/operations.gen.ts'
import type { BucketRow } from '../stores/metadata/records.ts'
import type { MetadataStore } from '../stores/metadata/store.ts'
import {
  byBucket,
  byObject,
  mayContinue,
  mayKnowMissing,
  mayRemove,
  type Question,
} from './decide.ts'
import { anonymousRefusal, needOf } from './permissions.ts'

export interface Asked {
  readonly operation: OperationName
  readonly caller: Account
  /** As the address gives it; undefined for what concerns no bucket. */
  readonly bucket: string | undefined
}

export interface Permit {
  /** The bucket that the operation concerns; undefined where there is none yet or none at all (CreateBucket, ListBuckets). */
  readonly bucket: BucketRow | undefined
  /** What is still to be asked; undefined where the caller may do this to all that is in the bucket. */
  readonly judge: Judge | undefined
}

/** Throws InvalidBucketName, NoSuchBucket, AccessDenied. */
export async function authorize(
  asked: Asked,
  metadata: Pick<MetadataStore, 'getBucket'>,
): Promise<Permit> {
  const { operation, caller, bucket: name } = asked
  if (name !== undefined && !isBucketName(name)) {
    throw new S3Error('InvalidBucketName', { BucketName: name })
  }
  const need = needOf(operation)
  if (name === undefined || need.on === 'service') {
    if (caller.isAnonymous === true) throw new S3Error('AccessDenied')
    return { bucket: undefined, judge: undefined }
  }
  const bucket = await metadata.getBucket(name)
  if (bucket === undefined) throw new S3Error('NoSuchBucket', { BucketName: name })
  const question = { need, caller, bucket }
  const isAllowed = byBucket(question)
  if (isAllowed === false) throw new S3Error('AccessDenied')
  if (caller.isAnonymous === true) refuseAnonymous(operation)
  const isOwners = isAllowed === true && bucket.owner === caller.canonicalId
  return { bucket, judge: isOwners ? undefined : judgeOf(question) }
}

function refuseAnonymous(operation: OperationName): void {
  const says = anonymousRefusal(operation)
  if (says !== undefined) throw new S3Error('AccessDenied', {}, says)
}

function judgeOf(question: Question): Judge {
  return {
    object: (row) =>
      hold(
        row === undefined || row.deleteMarker ? mayKnowMissing(question) : byObject(question, row),
      ),
    remove: (row) => hold(mayRemove(question, row)),
    upload: (row) =>
      hold(row === undefined ? question.need.on !== 'upload' : mayContinue(question, row)),
  }
}

function hold(isAllowed: boolean): void {
  if (!isAllowed) throw new S3Error('AccessDenied')
}
