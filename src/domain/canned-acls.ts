/** Canned ACLs: a name for each set of grants that many want (S3 user guide, "Access control list (ACL) overview"). */
import type { AclGrant } from '../stores/metadata/records.ts'
import { allUsers, authenticatedUsers, logDelivery } from './acl-groups.ts'

/** Whose bucket or object it is. */
export interface AclSubject {
  readonly level: 'bucket' | 'object'
  /** Canonical ids. */
  readonly owner: string
  readonly bucketOwner: string
}

/** The account from which EC2 reads machine images, as S3 names it. */
export const imageReader = '6aa5a366c34c1cbe25dc49211496e913e0351eb0e8c37aa3477e40942ec6b97c'

type Canned = (subject: AclSubject) => readonly AclGrant[] | undefined

const both: Readonly<Record<string, Canned>> = {
  private: () => undefined,
  'public-read': ({ owner }) => [toGroup(allUsers, 'READ'), full(owner)],
  'public-read-write': ({ owner }) => [
    toGroup(allUsers, 'READ'),
    toGroup(allUsers, 'WRITE'),
    full(owner),
  ],
  'authenticated-read': ({ owner }) => [toGroup(authenticatedUsers, 'READ'), full(owner)],
  'aws-exec-read': ({ owner }) => [{ to: { id: imageReader }, permission: 'READ' }, full(owner)],
}

const ofLevel: Readonly<Record<AclSubject['level'], Readonly<Record<string, Canned>>>> = {
  bucket: {
    ...both,
    'log-delivery-write': ({ owner }) => [
      toGroup(logDelivery, 'WRITE'),
      toGroup(logDelivery, 'READ_ACP'),
      full(owner),
    ],
    // S3 ignores them where there is no other owner than the bucket's.
    'bucket-owner-read': () => undefined,
    'bucket-owner-full-control': () => undefined,
  },
  object: {
    ...both,
    'bucket-owner-read': (subject) => withBucketOwner(subject, 'READ'),
    'bucket-owner-full-control': (subject) => withBucketOwner(subject, 'FULL_CONTROL'),
  },
}

/** What a name stands for; `grants` undefined for the owner alone. Undefined for a name that is none. */
export function cannedAcl(
  name: string,
  subject: AclSubject,
): { readonly grants: readonly AclGrant[] | undefined } | undefined {
  const names = ofLevel[subject.level]
  const canned = Object.hasOwn(names, name) ? names[name] : undefined
  return canned === undefined ? undefined : { grants: canned(subject) }
}

/** Everything to the owner: what each resource begins with. */
export function full(owner: string): AclGrant {
  return { to: { id: owner }, permission: 'FULL_CONTROL' }
}

function toGroup(group: string, permission: AclGrant['permission']): AclGrant {
  return { to: { group }, permission }
}

function withBucketOwner(
  { owner, bucketOwner }: AclSubject,
  permission: AclGrant['permission'],
): readonly AclGrant[] | undefined {
  if (owner === bucketOwner) return undefined
  return [full(owner), { to: { id: bucketOwner }, permission }]
}
