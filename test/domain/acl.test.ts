/** ACLs as requests bring them, in three forms, and as answers show them. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { allUsers, authenticatedUsers, isPublic, logDelivery } from '../../src/domain/acl-groups.ts'
import {
  checkAclOff,
  readAcl,
  shownAcl,
  type AclContext,
  type KeptAcl,
  type SentAcl,
} from '../../src/domain/acl.ts'
import type { Account } from '../../src/identity/account.ts'
import { refusal } from '../operations/memory-service.ts'

const account = (letter: string, email: string): Account => ({
  canonicalId: letter.repeat(64),
  accountId: '111111111111',
  displayName: letter,
  email,
})
const accounts = [account('a', 'a@x.example'), account('b', 'both@x.example')]
const twin = account('c', 'Both@X.example')
const [me, you, gone] = ['a', 'b', 'd'].map((letter) => letter.repeat(64)) as [
  string,
  string,
  string,
]

const grantees: AclContext['grantees'] = {
  accountOf: (id) => accounts.find(({ canonicalId }) => canonicalId === id),
  accountsWithEmail: (email) =>
    [...accounts, twin].filter((one) => one.email?.toLowerCase() === email.toLowerCase()),
}
const object: AclContext = { level: 'object', owner: me, bucketOwner: you, grantees }
const bucket: AclContext = { level: 'bucket', owner: me, bucketOwner: me, grantees }
const refused = (sent: SentAcl, code: string, context = object): void =>
  assert.throws(() => readAcl(sent, context), refusal(code), JSON.stringify(sent))

/** Short for what is kept: `group permission`, or `letter permission`. */
function told(acl: KeptAcl): readonly string[] | undefined {
  return acl?.map(({ to, permission }) => {
    const name = 'group' in to ? to.group.slice(to.group.lastIndexOf('/') + 1) : to.id.slice(0, 1)
    return `${name} ${permission}`
  })
}

test('canned ACLs', () => {
  const own = 'a FULL_CONTROL'
  const expected: ReadonlyArray<readonly [string, readonly string[] | undefined]> = [
    ['private', undefined],
    ['public-read', ['AllUsers READ', own]],
    ['public-read-write', ['AllUsers READ', 'AllUsers WRITE', own]],
    ['authenticated-read', ['AuthenticatedUsers READ', own]],
    ['aws-exec-read', ['6 READ', own]],
  ]
  for (const [ACL, grants] of expected) {
    assert.deepEqual(told(readAcl({ ACL }, object)), grants, ACL)
    assert.deepEqual(told(readAcl({ ACL }, bucket)), grants, ACL)
  }
  const ofObject = (ACL: string): unknown => told(readAcl({ ACL }, object))
  assert.deepEqual(ofObject('bucket-owner-read'), [own, 'b READ'])
  assert.deepEqual(ofObject('bucket-owner-full-control'), [own, 'b FULL_CONTROL'])
  assert.equal(readAcl({ ACL: 'bucket-owner-read' }, { ...object, bucketOwner: me }), undefined)
  assert.equal(readAcl({ ACL: 'bucket-owner-full-control' }, bucket), undefined)
  const logs = told(readAcl({ ACL: 'log-delivery-write' }, bucket))
  assert.deepEqual(logs, ['LogDelivery WRITE', 'LogDelivery READ_ACP', own])
  for (const ACL of ['log-delivery-write', 'Private', '', 'toString', '__proto__']) {
    refused({ ACL }, 'InvalidArgument')
  }
})

test('grants in headers are all that holds', () => {
  const sent = {
    GrantRead: `id="${you}", uri="${allUsers}"`,
    GrantReadACP: `emailAddress="a@x.example"`,
    GrantWriteACP: `id=${me}`,
    GrantFullControl: ` id = "${you}" `,
    GrantWrite: `uri=${logDelivery}`,
  }
  assert.deepEqual(told(readAcl(sent, bucket)), [
    'b READ',
    'AllUsers READ',
    'LogDelivery WRITE',
    'a READ_ACP',
    'a WRITE_ACP',
    'b FULL_CONTROL',
  ])
  assert.equal(readAcl({ GrantFullControl: `id=${me}` }, object), undefined, 'as without an ACL')
})

test('grants that name nobody', () => {
  const header = (GrantRead: string, code: string, detail: Record<string, string>): void =>
    assert.throws(() => readAcl({ GrantRead }, object), refusal(code, detail), GrantRead)
  const invalid = (ArgumentName: string, ArgumentValue: string): Record<string, string> => ({
    ArgumentName,
    ArgumentValue,
  })
  header(`id="${gone}"`, 'InvalidArgument', invalid('id', gone))
  header('uri="http://x/AllUsers"', 'InvalidArgument', invalid('uri', 'http://x/AllUsers'))
  for (const bad of ['fakekey=1234', 'id', '', `id=${me},`, `id="${me}" x`]) {
    header(bad, 'InvalidArgument', invalid('x-amz-grant-read', bad))
  }
  header('emailAddress="nobody@x.example"', 'UnresolvableGrantByEmailAddress', {})
  header('emailAddress="both@x.example"', 'AmbiguousGrantByEmailAddress', {})
})

test('a document', () => {
  const grant = (grantee: object, Permission: string | undefined = 'READ'): SentAcl => {
    const Grantee = { Type: 'CanonicalUser', ...grantee }
    return { AccessControlPolicy: { Owner: { ID: me }, Grants: [{ Grantee, Permission }] } }
  }
  assert.deepEqual(told(readAcl(grant({ ID: you }), object)), ['b READ'])
  assert.deepEqual(told(readAcl(grant({ ID: me }, 'WRITE'), object)), ['a WRITE'])
  assert.equal(readAcl(grant({ ID: me }, 'FULL_CONTROL'), object), undefined)
  const group = grant({ Type: 'Group', URI: authenticatedUsers })
  assert.deepEqual(told(readAcl(group, object)), ['AuthenticatedUsers READ'])
  const email = grant({ Type: 'AmazonCustomerByEmail', EmailAddress: 'A@x.example' })
  assert.deepEqual(told(readAcl(email, object)), ['a READ'])
  const none = { AccessControlPolicy: { Owner: { ID: me }, Grants: [] } }
  assert.deepEqual(readAcl(none, object), [], 'to nobody anything')
  refused(grant({ ID: gone }), 'InvalidArgument')
  refused(grant({ Type: 'Group', URI: 'all' }), 'InvalidArgument')
  refused(grant({ Type: 'Group', ID: you }), 'MalformedACLError')
  refused(grant({ Type: 'Robot', ID: you }), 'MalformedACLError')
  refused(grant({ ID: you }, 'LIST'), 'MalformedACLError')
  refused({ AccessControlPolicy: { Grants: [] } }, 'MalformedACLError')
  refused({ AccessControlPolicy: { Owner: { ID: me } } }, 'MalformedACLError')
  refused({ AccessControlPolicy: { Owner: { ID: 'nobody' }, Grants: [] } }, 'InvalidArgument')
  refused({ AccessControlPolicy: { Owner: { ID: you }, Grants: [] } }, 'AccessDenied')
})

test('a hundred grants and no more', () => {
  const many = (count: number): SentAcl => ({
    GrantRead: Array.from({ length: count }, () => `id=${you}`).join(', '),
  })
  assert.equal(readAcl(many(100), object)?.length, 100)
  refused(many(101), 'MalformedACLError')
})

test('an ACL in no form or in two', () => {
  const AccessControlPolicy = { Owner: { ID: me }, Grants: [] }
  for (const take of [
    (sent: SentAcl) => readAcl(sent, object),
    (sent: SentAcl) => checkAclOff(sent, { caller: me, owner: me }),
  ]) {
    const fails = (sent: SentAcl, code: string): void =>
      assert.throws(() => take(sent), refusal(code))
    fails({}, 'MissingSecurityHeader')
    fails({ ACL: 'private', GrantWriteACP: `id=${me}` }, 'InvalidRequest')
    fails({ ACL: 'private', AccessControlPolicy }, 'UnexpectedContent')
    fails({ GrantRead: `id=${me}`, AccessControlPolicy }, 'UnexpectedContent')
  }
})

test('where ACLs are off: what says that the owner has everything', () => {
  const policy = (ID: string, grants?: readonly string[]): SentAcl => {
    const shown = shownAcl(undefined, ID, grantees)
    const Grants = (grants ?? ['FULL_CONTROL']).map((Permission) => ({
      Grantee: { Type: 'CanonicalUser', ID },
      Permission,
    }))
    return { AccessControlPolicy: { ...shown, Grants } }
  }
  for (const caller of [me, you]) {
    checkAclOff({ ACL: 'bucket-owner-full-control' }, { caller, owner: me })
  }
  checkAclOff({ ACL: 'private' }, { caller: me, owner: me })
  checkAclOff(
    { AccessControlPolicy: shownAcl(undefined, me, grantees) },
    { caller: you, owner: me },
  )
  const off = (sent: SentAcl): void =>
    assert.throws(
      () => checkAclOff(sent, { caller: me, owner: me }),
      refusal('AccessControlListNotSupported'),
    )
  for (const ACL of ['public-read', 'log-delivery-write']) off({ ACL })
  const others = { caller: you, owner: me }
  const notSupported = refusal('AccessControlListNotSupported')
  assert.throws(() => checkAclOff({ ACL: 'private' }, others), notSupported, 'theirs alone')
  off({ GrantFullControl: `id=${me}` })
  for (const other of [policy(you), policy(me, ['READ']), policy(me, [])]) off(other)
  assert.throws(
    () => checkAclOff({ ACL: 'Private' }, { caller: me, owner: me }),
    refusal('InvalidArgument'),
  )
})

test('an ACL as it is shown: groups first, names where there are any', () => {
  const acl: KeptAcl = [
    { to: { id: me }, permission: 'FULL_CONTROL' },
    { to: { id: gone }, permission: 'READ' },
    { to: { group: allUsers }, permission: 'READ' },
  ]
  assert.deepEqual(shownAcl(acl, me, grantees), {
    Owner: { ID: me, DisplayName: 'a' },
    Grants: [
      { Grantee: { Type: 'Group', URI: allUsers }, Permission: 'READ' },
      { Grantee: { Type: 'CanonicalUser', ID: me, DisplayName: 'a' }, Permission: 'FULL_CONTROL' },
      { Grantee: { Type: 'CanonicalUser', ID: gone }, Permission: 'READ' },
    ],
  })
  assert.equal(isPublic(acl), true)
  assert.equal(isPublic(acl.slice(0, 2)), false)
  assert.equal(isPublic([{ to: { group: logDelivery }, permission: 'WRITE' }]), false)
  assert.equal(isPublic(undefined), false)
})
