/**
 * Object ownership: whether ACLs count in a bucket, and whose an object is that another account wrote (S3 user guide,
 * "Controlling ownership of objects and disabling ACLs").
 *
 * Nothing is kept for a bucket as AWS makes it today, so that one of which nothing is known is closed, not open.
 */
import { S3Error } from '../model/errors.ts'
import type { OwnershipControls } from '../model/types.gen.ts'
import type { BucketRow, ObjectAttributes, ObjectRow } from '../stores/metadata/records.ts'
import { checkBlocked } from './access-block.ts'
import { bringsAcl, checkAclOff, readAcl, type KeptAcl, type SentAcl } from './acl.ts'
import { configurationOf } from './configurations.ts'
import type { Grantees } from './grantees.ts'
import type { ObjectOwnership } from './settings.ts'

const ownerships: readonly string[] = [
  'BucketOwnerEnforced',
  'BucketOwnerPreferred',
  'ObjectWriter',
] satisfies readonly ObjectOwnership[]

/** What GetBucketOwnershipControls says; undefined where the controls were removed, or never made. */
export function shownOwnership(bucket: BucketRow): ObjectOwnership | undefined {
  const kept = configurationOf(bucket, 'ownershipControls') ?? 'BucketOwnerEnforced'
  return kept === 'none' ? undefined : kept
}

/** Without controls a bucket is as all were before S3 had them. */
export function ownershipOf(bucket: BucketRow): ObjectOwnership {
  return shownOwnership(bucket) ?? 'ObjectWriter'
}

/** ACLs are off: nobody but the bucket's owner has anything by them, whatever is kept. */
export function isEnforced(bucket: BucketRow): boolean {
  return ownershipOf(bucket) === 'BucketOwnerEnforced'
}

/** Canonical id of the account that owns an object or upload, which changes when ACLs are turned off. */
export function ownerIn(bucket: BucketRow, row: { readonly owner: string }): string {
  return isEnforced(bucket) ? bucket.owner : row.owner
}

/** The grants that count. */
export function aclIn(bucket: BucketRow, acl: KeptAcl): KeptAcl {
  return isEnforced(bucket) ? undefined : acl
}

/** Throws MalformedXML for what are no controls. */
export function checkedOwnership({ Rules: rules }: OwnershipControls): ObjectOwnership {
  const [rule] = rules
  if (rule === undefined || rules.length > 1 || !isOwnership(rule.ObjectOwnership)) {
    throw new S3Error('MalformedXML')
  }
  return rule.ObjectOwnership
}

/** Of `x-amz-object-ownership`. Throws InvalidArgument. */
export function namedOwnership(name: string): ObjectOwnership {
  if (isOwnership(name)) return name
  const detail = { ArgumentName: 'x-amz-object-ownership' }
  throw new S3Error('InvalidArgument', detail, `Invalid x-amz-object-ownership header: ${name}`)
}

function isOwnership(name: string): name is ObjectOwnership {
  return ownerships.includes(name)
}

/** Who writes, and where. */
export interface Writing extends Grantees {
  readonly caller: { readonly canonicalId: string }
  readonly bucket: BucketRow
}

/** What is kept of who may do what with an object. */
export interface Owned {
  /** Canonical id. */
  readonly owner: string
  readonly acl: KeptAcl
}

/**
 * Of an object that is about to be written. Throws AccessControlListNotSupported where ACLs are off, AccessDenied for a public
 * one where the bucket takes none, and what `readAcl` throws.
 */
export function newOwned(sent: SentAcl, writing: Writing): Owned {
  const { bucket, caller } = writing
  const brings = bringsAcl(sent)
  const ownership = ownershipOf(bucket)
  if (ownership === 'BucketOwnerEnforced') {
    if (brings) checkAclOff(sent, { caller: caller.canonicalId, owner: bucket.owner })
    return { owner: bucket.owner, acl: undefined }
  }
  if (!brings) return { owner: caller.canonicalId, acl: undefined }
  const isGiven = ownership === 'BucketOwnerPreferred' && sent.ACL === 'bucket-owner-full-control'
  const owner = isGiven ? bucket.owner : caller.canonicalId
  return { owner, acl: aclOf(sent, owner, writing) }
}

/**
 * What a new ACL changes of an object: where ACLs are off nothing, for the one that is kept counts again when they are
 * turned on. Throws what `newOwned` throws.
 */
export function changedAcl(
  sent: SentAcl,
  { owner }: Pick<ObjectRow, 'owner'>,
  writing: Writing,
): Partial<Pick<ObjectAttributes, 'acl'>> {
  const { bucket, caller } = writing
  if (!isEnforced(bucket)) return { acl: aclOf(sent, owner, writing) }
  checkAclOff(sent, { caller: caller.canonicalId, owner: bucket.owner })
  return {}
}

function aclOf(sent: SentAcl, owner: string, writing: Writing): KeptAcl {
  const { bucket } = writing
  const context = {
    level: 'object',
    owner,
    bucketOwner: bucket.owner,
    grantees: writing,
  } as const
  const acl = readAcl(sent, context)
  checkBlocked(acl, bucket)
  return acl
}
