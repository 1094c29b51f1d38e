/**
 * ACLs, which are off: the owner of a bucket owns everything in it, and policies alone would say who else may do what
 * (S3 user guide, "Controlling ownership of objects", bucket owner enforced). They can be read, and said again.
 */
import { S3Error } from '../model/errors.ts'
import type { AccessControlPolicy, Owner, OwnershipControls } from '../model/types.gen.ts'

/** The ACL that says what holds. */
export interface OwnersAcl {
  readonly Owner: Owner
  readonly Grants: NonNullable<AccessControlPolicy['Grants']>
}

/** The three forms in which a request may bring an ACL; S3 takes one of them. */
export interface SentAcl {
  readonly ACL?: string | undefined
  readonly AccessControlPolicy?: AccessControlPolicy | undefined
  readonly GrantFullControl?: string | undefined
  readonly GrantRead?: string | undefined
  readonly GrantReadACP?: string | undefined
  readonly GrantWrite?: string | undefined
  readonly GrantWriteACP?: string | undefined
}

const fullControl = 'FULL_CONTROL'
/** Canned ACLs by which the owner has everything and nobody else anything. */
const ownersCanned = ['private', 'bucket-owner-full-control']
const otherCanned = [
  'public-read',
  'public-read-write',
  'authenticated-read',
  'aws-exec-read',
  'bucket-owner-read',
  'log-delivery-write',
]

export function ownersAcl(owner: Owner): OwnersAcl {
  const grantee = { Type: 'CanonicalUser', ...owner }
  return { Owner: owner, Grants: [{ Grantee: grantee, Permission: fullControl }] }
}

/**
 * Takes the ACL that gives the owner (a canonical id) everything and nobody else anything. Throws AccessControlListNotSupported
 * for any other, InvalidRequest and UnexpectedContent for several at once, MissingSecurityHeader for none, InvalidArgument.
 */
export function checkAcl(sent: SentAcl, owner: string): void {
  const { ACL: canned, AccessControlPolicy: policy } = sent
  const isGranting = hasGrants(sent)
  if (canned !== undefined && isGranting) throw new S3Error('InvalidRequest', {}, twoForms)
  if (policy !== undefined && (canned !== undefined || isGranting)) {
    throw new S3Error('UnexpectedContent')
  }
  if (canned !== undefined) checkCanned(canned)
  else if (isGranting) throw new S3Error('AccessControlListNotSupported')
  else if (policy === undefined) throw new S3Error('MissingSecurityHeader')
  else checkPolicy(policy, owner)
}

/** The same for a request that may bring an ACL beside what it is for. */
export function checkAclWith(sent: SentAcl, owner: string): void {
  if (sent.ACL !== undefined || hasGrants(sent)) checkAcl(sent, owner)
}

/** A bucket is made with ACLs off, so an ACL that gives others anything is InvalidBucketAclWithObjectOwnership. */
export function checkNewBucketAcl(sent: SentAcl): void {
  const isOthers = sent.ACL !== undefined && otherCanned.includes(sent.ACL)
  if (isOthers || hasGrants(sent)) throw new S3Error('InvalidBucketAclWithObjectOwnership')
  if (sent.ACL !== undefined) checkCanned(sent.ACL)
}

/** Throws NotImplemented for controls under which ACLs would count, MalformedXML for what are none. */
export function checkOwnership({ Rules: rules }: OwnershipControls): void {
  const [rule] = rules
  if (rule === undefined || rules.length > 1) throw new S3Error('MalformedXML')
  const { ObjectOwnership: ownership } = rule
  if (ownership === 'BucketOwnerEnforced') return
  if (ownership !== 'BucketOwnerPreferred' && ownership !== 'ObjectWriter') {
    throw new S3Error('MalformedXML')
  }
  throw new S3Error('NotImplemented', {}, `ObjectOwnership ${ownership} is not supported`)
}

const twoForms = 'Specifying both Canned ACLs and Header Grants is not allowed'

function hasGrants(sent: SentAcl): boolean {
  const { GrantFullControl, GrantRead, GrantReadACP, GrantWrite, GrantWriteACP } = sent
  const grants = [GrantFullControl, GrantRead, GrantReadACP, GrantWrite, GrantWriteACP]
  return grants.some((grant) => grant !== undefined)
}

function checkCanned(canned: string): void {
  if (ownersCanned.includes(canned)) return
  if (otherCanned.includes(canned)) throw new S3Error('AccessControlListNotSupported')
  // S3 has no words for it.
  throw new S3Error('InvalidArgument', { ArgumentName: 'x-amz-acl', ArgumentValue: canned }, '')
}

function checkPolicy(
  { Owner: named, Grants: grants = [] }: AccessControlPolicy,
  owner: string,
): void {
  if (named?.ID === undefined) throw new S3Error('MalformedACLError')
  const isOwners =
    named.ID === owner &&
    grants.length > 0 &&
    grants.every(({ Grantee, Permission }) => Grantee?.ID === owner && Permission === fullControl)
  if (!isOwners) throw new S3Error('AccessControlListNotSupported')
}
