/**
 * May they? Every request passes here once, after the caller is known and before a byte of its body is read.
 *
 * Today an account may do everything with its own buckets and nothing with another's. Policies, ACLs and the block of public
 * access will be asked in `mayUse`, which sees the operation for that reason.
 */
import { isBucketName } from '../domain/names.ts'
import type { Account } from '../identity/account.ts'
import { S3Error } from '../model/errors.ts'
import type { OperationName } from '../model/operations.gen.ts'
import type { BucketRow } from '../stores/metadata/records.ts'
import type { MetadataStore } from '../stores/metadata/store.ts'

export interface Asked {
  readonly operation: OperationName
  readonly caller: Account
  /** As the address gives it; undefined for what concerns no bucket. */
  readonly bucket: string | undefined
}

/**
 * The bucket that the operation concerns; undefined where there is none yet or none at all (CreateBucket, ListBuckets).
 * Throws InvalidBucketName, NoSuchBucket, AccessDenied.
 */
export async function authorize(
  asked: Asked,
  metadata: Pick<MetadataStore, 'getBucket'>,
): Promise<BucketRow | undefined> {
  if (asked.bucket === undefined) return undefined
  if (!isBucketName(asked.bucket)) {
    throw new S3Error('InvalidBucketName', { BucketName: asked.bucket })
  }
  if (asked.operation === 'CreateBucket') return undefined
  const bucket = await metadata.getBucket(asked.bucket)
  if (bucket === undefined) throw new S3Error('NoSuchBucket', { BucketName: asked.bucket })
  if (!mayUse(asked, bucket)) throw new S3Error('AccessDenied')
  return bucket
}

function mayUse({ caller }: Asked, bucket: BucketRow): boolean {
  return bucket.owner === caller.canonicalId
}
