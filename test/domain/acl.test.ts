/** The ACLs and controls that say what holds anyway, and those that do not. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checkAccessBlock, everythingBlocked } from '../../src/domain/access-block.ts'
import {
  checkAcl,
  checkAclWith,
  checkNewBucketAcl,
  checkOwnership,
  ownersAcl,
  type SentAcl,
} from '../../src/domain/acl.ts'
import { refusal } from '../operations/memory-service.ts'

const refused = (sent: SentAcl, code: string): void =>
  assert.throws(() => checkAcl(sent, 'me'), refusal(code))

test('what is read can be written back', () => {
  checkAcl({ AccessControlPolicy: ownersAcl({ ID: 'me', DisplayName: 'I' }) }, 'me')
  checkAcl({ ACL: 'private' }, 'me')
  checkAcl({ ACL: 'bucket-owner-full-control' }, 'me')
})

test('an ACL that would give somebody else anything', () => {
  const { Owner, Grants } = ownersAcl({ ID: 'me' })
  const stranger = { Grantee: { Type: 'CanonicalUser', ID: 'you' }, Permission: 'READ' }
  const everybody = { Grantee: { Type: 'Group', URI: 'all' }, Permission: 'FULL_CONTROL' }
  const read = { Grantee: { Type: 'CanonicalUser', ID: 'me' }, Permission: 'READ' }
  for (const other of [[...Grants, stranger], [everybody], [read], []]) {
    refused({ AccessControlPolicy: { Owner, Grants: other } }, 'AccessControlListNotSupported')
  }
  refused({ AccessControlPolicy: ownersAcl({ ID: 'you' }) }, 'AccessControlListNotSupported')
  refused({ AccessControlPolicy: { Grants } }, 'MalformedACLError')
  refused({ ACL: 'public-read' }, 'AccessControlListNotSupported')
  refused({ GrantRead: 'id=you' }, 'AccessControlListNotSupported')
})

test('an ACL in no form, in two, or of a name that is none', () => {
  refused({}, 'MissingSecurityHeader')
  refused({ ACL: 'private', GrantRead: 'id=me' }, 'InvalidRequest')
  refused({ ACL: 'private', AccessControlPolicy: ownersAcl({ ID: 'me' }) }, 'UnexpectedContent')
  refused({ ACL: 'Private' }, 'InvalidArgument')
})

test('the block of public access is whole', () => {
  checkAccessBlock(everythingBlocked)
  for (const name of Object.keys(everythingBlocked)) {
    const less = { ...everythingBlocked, [name]: false }
    assert.throws(() => checkAccessBlock(less), refusal('NotImplemented'), name)
  }
  assert.throws(() => checkAccessBlock({ BlockPublicAcls: true }), refusal('NotImplemented'))
})

test('ownership is enforced', () => {
  const controls = (...words: string[]): Parameters<typeof checkOwnership>[0] => ({
    Rules: words.map((ObjectOwnership) => ({ ObjectOwnership })),
  })
  checkOwnership(controls('BucketOwnerEnforced'))
  assert.throws(() => checkOwnership(controls('ObjectWriter')), refusal('NotImplemented'))
  assert.throws(() => checkOwnership(controls('Nobody')), refusal('MalformedXML'))
  assert.throws(() => checkOwnership(controls()), refusal('MalformedXML'))
})

test('beside an object: none, or the one that holds anyway; beside a new bucket likewise', () => {
  checkAclWith({}, 'owner')
  checkAclWith({ ACL: 'private' }, 'owner')
  const off = refusal('AccessControlListNotSupported')
  assert.throws(() => checkAclWith({ ACL: 'public-read' }, 'owner'), off)
  assert.throws(() => checkAclWith({ GrantRead: 'id=other' }, 'owner'), off)
  checkNewBucketAcl({ ACL: 'private' })
  const enforced = refusal('InvalidBucketAclWithObjectOwnership')
  assert.throws(() => checkNewBucketAcl({ ACL: 'public-read' }), enforced)
  assert.throws(() => checkNewBucketAcl({ GrantWrite: 'id=other' }), enforced)
})
