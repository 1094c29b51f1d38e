/**
 * Who may do what: pure questions about a caller, a bucket, and an object or upload in it. Every answer is yes or no; nothing
 * here reads, waits or throws.
 *
 * The bucket's owner may do everything with a bucket, and with the objects that it owns. ACLs add to that where they count
 * (ownership.ts), and public grants count where they are not ignored (access-block.ts). Bucket policies will be asked here:
 * an explicit Deny before anything else, an Allow beside the grants.
 */
import { blockOf } from '../domain/access-block.ts'
import { allUsers, authenticatedUsers, isPublicGrant } from '../domain/acl-groups.ts'
import type { KeptAcl } from '../domain/acl.ts'
import { configurationOf } from '../domain/configurations.ts'
import { isEnforced, ownerIn } from '../domain/ownership.ts'
import type { Account } from '../identity/account.ts'
import type {
  AclGrant,
  AclPermission,
  BucketRow,
  ObjectRow,
  UploadRow,
} from '../stores/metadata/records.ts'
import type { Need } from './permissions.ts'

export interface Question {
  readonly need: Need
  readonly caller: Account
  readonly bucket: BucketRow
}

/** As far as the bucket alone tells; undefined where its object or upload has to be asked. */
export function byBucket({ need, caller, bucket }: Question): boolean | undefined {
  const isOwners = bucket.owner === caller.canonicalId
  const isOff = isEnforced(bucket)
  if (isOwners && (isOff || need.on !== 'object')) return true
  switch (need.on) {
    case 'service':
      return caller.isAnonymous !== true
    case 'bucket':
      return need.permission !== undefined && mayInBucket(need.permission, caller, bucket)
    case 'object':
      return isOff ? false : undefined
    case 'upload':
      return caller.isAnonymous === true ? false : undefined
  }
}

/** An object that is there, of a bucket where ACLs count. */
export function byObject(
  { need, caller, bucket }: Question,
  row: Pick<ObjectRow, 'owner' | 'attributes'>,
): boolean {
  if (need.on !== 'object') return false
  if (isOwnerOf(row, caller, bucket)) return true
  return grants(row.attributes.acl, need.permission, { caller, bucket })
}

/** Whoever may list a bucket may know that an object is not there. */
export function mayKnowMissing({ caller, bucket }: Question): boolean {
  return bucket.owner === caller.canonicalId || mayInBucket('READ', caller, bucket)
}

/** WRITE makes objects; to remove one takes its owner besides, or the bucket's (user guide, "What permissions can I grant?"). */
export function mayRemove({ caller, bucket }: Question, row: Pick<ObjectRow, 'owner'>): boolean {
  return bucket.owner === caller.canonicalId || isOwnerOf(row, caller, bucket)
}

/** An upload belongs to whoever began it, and to the bucket's owner. */
export function mayContinue({ caller, bucket }: Question, row: UploadRow): boolean {
  return bucket.owner === caller.canonicalId || row.initiator === caller.canonicalId
}

/** An object that the anonymous wrote is everybody's, as S3 has it, and so as public as a grant to everybody. */
function isOwnerOf(row: { readonly owner: string }, caller: Account, bucket: BucketRow): boolean {
  if (ownerIn(bucket, row) !== caller.canonicalId) return false
  return caller.isAnonymous !== true || !blockOf(bucket).IgnorePublicAcls
}

function mayInBucket(permission: AclPermission, caller: Account, bucket: BucketRow): boolean {
  return grants(configurationOf(bucket, 'acl'), permission, { caller, bucket })
}

/** Owners need no grant: S3 leaves them theirs, whatever their ACL says. */
function grants(
  acl: KeptAcl,
  permission: AclPermission,
  { caller, bucket }: Omit<Question, 'need'>,
): boolean {
  if (acl === undefined || isEnforced(bucket)) return false
  const ignoresPublic = blockOf(bucket).IgnorePublicAcls
  return acl.some(
    (grant) =>
      (grant.permission === permission || grant.permission === 'FULL_CONTROL') &&
      isTo(grant, caller) &&
      !(ignoresPublic && isPublicGrant(grant)),
  )
}

/** No caller is of the group that delivers logs. */
function isTo({ to }: AclGrant, caller: Account): boolean {
  if ('id' in to) return to.id === caller.canonicalId
  if (to.group === allUsers) return true
  return to.group === authenticatedUsers && caller.isAnonymous !== true
}
