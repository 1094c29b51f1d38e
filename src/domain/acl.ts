/**
 * ACLs as requests bring them and answers show them. A request brings one in one of three forms: a canned one by name, grants
 * in headers, or a document. Kept is the list of grants; nothing is kept for the ACL of most resources, by which the owner may
 * do everything and nobody else anything.
 */
import { S3Error } from '../model/errors.ts'
import type { AccessControlPolicy, Grant, Owner } from '../model/types.gen.ts'
import type { AclGrant, AclPermission } from '../stores/metadata/records.ts'
import { cannedAcl, full, type AclSubject } from './canned-acls.ts'
import { granteeOf, granteesOf, type Grantees } from './grantees.ts'
import { ownerOf, type Accounts } from './owners.ts'

/** The ACL that says what holds. */
export interface ShownAcl {
  readonly Owner: Owner
  readonly Grants: readonly Grant[]
}

export interface SentAcl {
  readonly ACL?: string | undefined
  readonly AccessControlPolicy?: AccessControlPolicy | undefined
  readonly GrantFullControl?: string | undefined
  readonly GrantRead?: string | undefined
  readonly GrantReadACP?: string | undefined
  readonly GrantWrite?: string | undefined
  readonly GrantWriteACP?: string | undefined
}

/** Undefined: everything to the owner, nothing to anybody else. */
export type KeptAcl = readonly AclGrant[] | undefined

export interface AclContext extends AclSubject {
  readonly grantees: Grantees
}

/** S3's own limit. */
const grantsMax = 100

const permissions: readonly string[] = [
  'FULL_CONTROL',
  'READ',
  'WRITE',
  'READ_ACP',
  'WRITE_ACP',
] satisfies readonly AclPermission[]

/**
 * The ACL of a resource as it is answered. The order of grants means nothing; groups come first, where ceph/s3-tests looks
 * for them.
 */
export function shownAcl(acl: KeptAcl, owner: string, accounts: Accounts): ShownAcl {
  const isGroup = ({ to }: AclGrant): number => Number('group' in to)
  const grants = (acl ?? [full(owner)]).toSorted((one, other) => isGroup(other) - isGroup(one))
  return {
    Owner: ownerOf(owner, accounts),
    Grants: grants.map(({ to, permission }) => ({
      Grantee:
        'group' in to
          ? { Type: 'Group', URI: to.group }
          : { Type: 'CanonicalUser', ...ownerOf(to.id, accounts) },
      Permission: permission,
    })),
  }
}

/** Canned or in headers. */
export function bringsAcl(sent: SentAcl): boolean {
  return sent.ACL !== undefined || hasGrants(sent)
}

/** Throws MissingSecurityHeader for no form, InvalidRequest and UnexpectedContent for several at once. */
export function checkForms(sent: SentAcl): void {
  const { ACL: canned, AccessControlPolicy: policy } = sent
  const isGranting = hasGrants(sent)
  if (canned !== undefined && isGranting) throw new S3Error('InvalidRequest', {}, twoForms)
  if (policy !== undefined && (canned !== undefined || isGranting)) {
    throw new S3Error('UnexpectedContent')
  }
  if (canned === undefined && policy === undefined && !isGranting) {
    throw new S3Error('MissingSecurityHeader', { MissingHeaderName: 'x-amz-acl' })
  }
}

/**
 * What a request asks for in one of the forms. Throws InvalidArgument for a name, id or URI that is none, MalformedACLError,
 * UnresolvableGrantByEmailAddress, AmbiguousGrantByEmailAddress, and AccessDenied for a document that names another owner.
 */
export function readAcl(sent: SentAcl, context: AclContext): KeptAcl {
  checkForms(sent)
  if (sent.ACL !== undefined) return canned(sent.ACL, context)
  const policy = sent.AccessControlPolicy
  const grants = policy === undefined ? headerGrants(sent, context) : granted(policy, context)
  if (grants.length > grantsMax) throw new S3Error('MalformedACLError')
  return isOwnersAlone(grants, context.owner) ? undefined : grants
}

/** Canonical ids. */
export interface AclOff {
  readonly caller: string
  /** The bucket's. */
  readonly owner: string
}

/**
 * Where ACLs are off: takes only what says that the bucket's owner has everything and nobody else anything. From the owner
 * that is `private` too, which AWS refuses and older clients send with every object. Throws AccessControlListNotSupported
 * for any other, and what the forms of a request throw.
 */
export function checkAclOff(sent: SentAcl, { caller, owner }: AclOff): void {
  checkForms(sent)
  const { ACL: name, AccessControlPolicy: policy } = sent
  if (name !== undefined && !isCanned(name)) throw invalidCanned(name)
  if (name === 'bucket-owner-full-control' || (name === 'private' && caller === owner)) return
  if (policy !== undefined && policy.Owner?.ID === undefined) throw new S3Error('MalformedACLError')
  if (policy !== undefined && isOwnersPolicy(policy, owner)) return
  throw new S3Error('AccessControlListNotSupported')
}

const twoForms = 'Specifying both Canned ACLs and Header Grants is not allowed'

function hasGrants(sent: SentAcl): boolean {
  return (
    sent.GrantRead !== undefined ||
    sent.GrantFullControl !== undefined ||
    sent.GrantReadACP !== undefined ||
    sent.GrantWrite !== undefined ||
    sent.GrantWriteACP !== undefined
  )
}

function canned(name: string, context: AclContext): KeptAcl {
  const found = cannedAcl(name, context)
  if (found === undefined) throw invalidCanned(name)
  return found.grants
}

function isCanned(name: string): boolean {
  const nobody = { owner: '', bucketOwner: '' }
  return (
    cannedAcl(name, { level: 'object', ...nobody }) !== undefined ||
    cannedAcl(name, { level: 'bucket', ...nobody }) !== undefined
  )
}

/** S3 has no words for it. */
function invalidCanned(name: string): S3Error {
  return new S3Error('InvalidArgument', { ArgumentName: 'x-amz-acl', ArgumentValue: name }, '')
}

const headers: ReadonlyArray<readonly [name: string, AclPermission, member: keyof SentAcl]> = [
  ['x-amz-grant-read', 'READ', 'GrantRead'],
  ['x-amz-grant-write', 'WRITE', 'GrantWrite'],
  ['x-amz-grant-read-acp', 'READ_ACP', 'GrantReadACP'],
  ['x-amz-grant-write-acp', 'WRITE_ACP', 'GrantWriteACP'],
  ['x-amz-grant-full-control', 'FULL_CONTROL', 'GrantFullControl'],
]

/** They are all that holds: the owner is among them only where they name it. */
function headerGrants(sent: SentAcl, context: AclContext): readonly AclGrant[] {
  return headers.flatMap(([name, permission, member]) => {
    const value = sent[member]
    if (typeof value !== 'string') return []
    return granteesOf(name, value, context).map((to) => ({ to, permission }))
  })
}

function granted(
  { Owner: named, Grants: grants }: AccessControlPolicy,
  context: AclContext,
): readonly AclGrant[] {
  if (named?.ID === undefined || grants === undefined) throw new S3Error('MalformedACLError')
  checkOwner(named.ID, context)
  return grants.map(({ Grantee: grantee, Permission: permission }) => {
    if (grantee === undefined || permission === undefined || !isPermission(permission)) {
      throw new S3Error('MalformedACLError')
    }
    return { to: granteeOf(grantee, context), permission }
  })
}

/** Of an id that is nobody's S3 says just that; another's it denies. */
function checkOwner(id: string, context: AclContext): void {
  granteeOf({ Type: 'CanonicalUser', ID: id }, context)
  if (id !== context.owner) throw new S3Error('AccessDenied')
}

function isPermission(text: string): text is AclPermission {
  return permissions.includes(text)
}

function isOwnersAlone(grants: readonly AclGrant[], owner: string): boolean {
  const [grant, ...others] = grants
  if (grant === undefined || others.length > 0 || 'group' in grant.to) return false
  return grant.to.id === owner && grant.permission === 'FULL_CONTROL'
}

function isOwnersPolicy({ Owner, Grants = [] }: AccessControlPolicy, owner: string): boolean {
  return (
    Owner?.ID === owner &&
    Grants.length > 0 &&
    Grants.every(
      ({ Grantee, Permission }) => Grantee?.ID === owner && Permission === 'FULL_CONTROL',
    )
  )
}
