/** The groups of S3 that an ACL may name, and when an ACL is public. */
import type { AclGrant } from '../stores/metadata/records.ts'

export const allUsers = 'http://acs.amazonaws.com/groups/global/AllUsers'
export const authenticatedUsers = 'http://acs.amazonaws.com/groups/global/AuthenticatedUsers'
export const logDelivery = 'http://acs.amazonaws.com/groups/s3/LogDelivery'

const groups: readonly string[] = [allUsers, authenticatedUsers, logDelivery]

export function isGroup(uri: string): boolean {
  return groups.includes(uri)
}

/** S3 calls an ACL public that gives anything to everybody, or to everybody with an account anywhere. */
export function isPublic(acl: readonly AclGrant[] | undefined): boolean {
  return acl?.some(isPublicGrant) ?? false
}

export function isPublicGrant({ to }: AclGrant): boolean {
  return 'group' in to && (to.group === allUsers || to.group === authenticatedUsers)
}
