/** Who may do what with a bucket, when it is made and when that changes: ownership, its ACL and the block of public access. */
import { S3Error } from '../model/errors.ts'
import type { OwnershipControls } from '../model/types.gen.ts'
import type { BucketRow } from '../stores/metadata/records.ts'
import { checkBlocked } from './access-block.ts'
import { isPublic } from './acl-groups.ts'
import { bringsAcl, checkAclOff, readAcl, type KeptAcl, type SentAcl } from './acl.ts'
import { configurationOf, type Configurations } from './configurations.ts'
import type { Grantees } from './grantees.ts'
import { checkedOwnership, isEnforced, namedOwnership, type Writing } from './ownership.ts'
import type { ObjectOwnership, Settings } from './settings.ts'

type AccessConfigurations = Pick<Configurations, 'acl' | 'ownershipControls' | 'publicAccessBlock'>

export interface NewBucketAccess extends SentAcl {
  readonly ObjectOwnership?: string | undefined
}

/** Who makes a bucket, and where. */
export interface Making extends Grantees {
  readonly caller: { readonly canonicalId: string }
  readonly settings: Settings
}

/**
 * What a new bucket begins with. Throws InvalidArgument, InvalidBucketAclWithObjectOwnership for an ACL that gives others
 * anything where ACLs are off, InvalidBucketAclWithBlockPublicAccessError for a public one where new buckets are closed.
 */
export function newBucketAccess(
  sent: NewBucketAccess,
  making: Making,
): Partial<AccessConfigurations> {
  const { defaultObjectOwnership, defaultPublicAccessBlock: blocks = true } = making.settings
  const ownership = keptOwnership(sent.ObjectOwnership, defaultObjectOwnership)
  const acl = bringsAcl(sent) ? bucketAcl(sent, making.caller.canonicalId, making) : undefined
  if (acl !== undefined && ownership === undefined) {
    throw new S3Error('InvalidBucketAclWithObjectOwnership')
  }
  if (blocks && isPublic(acl)) throw new S3Error('InvalidBucketAclWithBlockPublicAccessError')
  return {
    ...(acl === undefined ? {} : { acl }),
    ...(ownership === undefined ? {} : { ownershipControls: ownership }),
    ...(blocks ? {} : { publicAccessBlock: 'none' }),
  }
}

/** Undefined where it is what holds of a bucket of which nothing is kept. A server's ObjectWriter is no control of the bucket's. */
function keptOwnership(
  named: string | undefined,
  byDefault: ObjectOwnership = 'BucketOwnerEnforced',
): ObjectOwnership | 'none' | undefined {
  if (named === undefined && byDefault === 'ObjectWriter') return 'none'
  const ownership = named === undefined ? byDefault : namedOwnership(named)
  return ownership === 'BucketOwnerEnforced' ? undefined : ownership
}

/**
 * What PutBucketAcl keeps; where ACLs are off that is what is kept already. Throws AccessControlListNotSupported there,
 * AccessDenied for a public ACL where the bucket takes none, and what `readAcl` throws.
 */
export function replacedBucketAcl(sent: SentAcl, change: Writing): KeptAcl {
  const { bucket, caller } = change
  if (isEnforced(bucket)) {
    checkAclOff(sent, { caller: caller.canonicalId, owner: bucket.owner })
    return configurationOf(bucket, 'acl')
  }
  const acl = bucketAcl(sent, bucket.owner, change)
  checkBlocked(acl, bucket)
  return acl
}

/** The controls that PutBucketOwnershipControls keeps. Throws MalformedXML, and InvalidBucketAclWithObjectOwnership. */
export function replacedOwnership(controls: OwnershipControls, bucket: BucketRow): ObjectOwnership {
  const ownership = checkedOwnership(controls)
  const isShared = configurationOf(bucket, 'acl') !== undefined
  if (ownership === 'BucketOwnerEnforced' && isShared && !isEnforced(bucket)) {
    throw new S3Error('InvalidBucketAclWithObjectOwnership')
  }
  return ownership
}

function bucketAcl(sent: SentAcl, owner: string, grantees: Grantees): KeptAcl {
  return readAcl(sent, { level: 'bucket', owner, bucketOwner: owner, grantees })
}
