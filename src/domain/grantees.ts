/** Who a grant is for, as headers and documents name them: an account by its id or e-mail address, or a group by its URI. */
import { S3Error } from '../model/errors.ts'
import type { Grantee } from '../model/types.gen.ts'
import type { Account } from '../identity/account.ts'
import type { AclGrant } from '../stores/metadata/records.ts'
import { isGroup } from './acl-groups.ts'
import { imageReader } from './canned-acls.ts'
import type { Accounts } from './owners.ts'

/** Those whom an ACL can name. */
export interface Grantees extends Accounts {
  accountsWithEmail(email: string): readonly Account[]
}

export interface GranteeContext {
  readonly grantees: Grantees
  /** Canonical id of the resource's owner, whom this server may no longer know. */
  readonly owner: string
}

type To = AclGrant['to']

const pair = /^\s*(?<kind>\w+)\s*=\s*(?:"(?<quoted>[^"]*)"|(?<bare>[^",]*))\s*$/

/**
 * Those that a header names: `id="…", uri="…", emailAddress="…"`, with or without quotes. Throws InvalidArgument,
 * UnresolvableGrantByEmailAddress, AmbiguousGrantByEmailAddress.
 */
export function granteesOf(header: string, value: string, context: GranteeContext): readonly To[] {
  return value.split(',').map((text) => {
    const { kind, quoted, bare } = pair.exec(text)?.groups ?? {}
    const name = quoted ?? bare?.trim() ?? ''
    if (kind === 'id') return account('id', name, context)
    if (kind === 'uri') return group('uri', name)
    if (kind === 'emailAddress') return byEmail(name, context)
    throw invalid(header, value, 'Argument format not recognized')
  })
}

/** The one that an element of a document names. Throws the same, and MalformedACLError for what is no grantee. */
export function granteeOf(grantee: Grantee, context: GranteeContext): To {
  const { Type: type, ID: id, URI: uri, EmailAddress: email } = grantee
  if (type === 'CanonicalUser' && id !== undefined) return account('CanonicalUser/ID', id, context)
  if (type === 'Group' && uri !== undefined) return group('Group/URI', uri)
  if (type === 'AmazonCustomerByEmail' && email !== undefined) return byEmail(email, context)
  throw new S3Error('MalformedACLError')
}

function account(argument: string, id: string, { grantees, owner }: GranteeContext): To {
  const isKnown = id === owner || id === imageReader || grantees.accountOf(id) !== undefined
  if (!isKnown) throw invalid(argument, id, 'Invalid id')
  return { id }
}

function group(argument: string, uri: string): To {
  if (!isGroup(uri)) throw invalid(argument, uri, 'Invalid group uri')
  return { group: uri }
}

/** An ACL keeps the account: an address that goes to somebody else later takes no grant along. */
function byEmail(email: string, { grantees }: GranteeContext): To {
  const [found, ...others] = grantees.accountsWithEmail(email)
  if (found === undefined) throw new S3Error('UnresolvableGrantByEmailAddress')
  if (others.length > 0) throw new S3Error('AmbiguousGrantByEmailAddress')
  return { id: found.canonicalId }
}

function invalid(argument: string, value: string, says: string): S3Error {
  return new S3Error('InvalidArgument', { ArgumentName: argument, ArgumentValue: value }, says)
}
