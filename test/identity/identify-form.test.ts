/** Who posts a form: the signature of its policy, in both versions, and every way in which it can be wanting. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { S3Error } from '../../src/model/errors.ts'
import { anonymous } from '../../src/identity/account.ts'
import { identifyForm, refuseOtherProof } from '../../src/identity/identify-form.ts'
import { readQuery } from '../../src/wire/query.ts'
import { readHeaders } from '../../src/wire/headers.ts'
import { exampleKey, realmAt, temporaryKey } from '../harness/exchange.ts'
import { policyFields, type Field, type PolicyPlan } from '../harness/form.ts'

const now = new Date('2026-11-20T12:00:00Z')
const plan = { conditions: [], keys: exampleKey, region: 'us-east-1', now }
const versions = [2, 4] as const

function made(more: Partial<PolicyPlan>): readonly Field[] {
  return policyFields({ ...plan, version: 4, ...more })
}

function identified(fields: readonly Field[]): string | undefined {
  const lower = new Map(fields.map(([name, value]) => [name.toLowerCase(), value]))
  return identifyForm(lower, realmAt(now)).accessKeyId
}

function without(fields: readonly Field[], ...names: readonly string[]): Field[] {
  return fields.filter(([name]) => !names.includes(name))
}

const published = [
  '{ "expiration": "2015-12-30T12:00:00.000Z",',
  '  "conditions": [',
  '    {"bucket": "sigv4examplebucket"},',
  '    ["starts-with", "$key", "user/user1/"],',
  '    {"acl": "public-read"},',
  '    {"success_action_redirect": "http://sigv4examplebucket.s3.amazonaws.com/successful_upload.html"},',
  '    ["starts-with", "$Content-Type", "image/"],',
  '    {"x-amz-meta-uuid": "14365123651274"},',
  '    {"x-amz-server-side-encryption": "AES256"},',
  '    ["starts-with", "$x-amz-meta-tag", ""],',
  '',
  '    {"x-amz-credential": "AKIAIOSFODNN7EXAMPLE/20151229/us-east-1/s3/aws4_request"},',
  '    {"x-amz-algorithm": "AWS4-HMAC-SHA256"},',
  '    {"x-amz-date": "20151229T000000Z" }',
  '  ]',
  '}',
].join('\r\n')

test('the policy that S3 publishes as its example of SigV4', () => {
  const fields = [
    ['x-amz-algorithm', 'AWS4-HMAC-SHA256'],
    ['x-amz-credential', 'AKIAIOSFODNN7EXAMPLE/20151229/us-east-1/s3/aws4_request'],
    ['x-amz-date', '20151229T000000Z'],
    ['policy', Buffer.from(published).toString('base64')],
    ['x-amz-signature', '8afdbf4008c03f22c2cd3cdb72e4afbb1f6a588f3255ac628749a66d7f09699e'],
  ] as const
  assert.equal(identified(fields), exampleKey.accessKeyId)
})

for (const version of versions) {
  test(`SigV${version}: a true signature, a forged one, and one of another policy`, () => {
    const fields = made({ version })
    assert.equal(identified(fields), exampleKey.accessKeyId)
    const [, policy = ''] = fields.find(([name]) => name === 'Policy') ?? []
    const changed = `${policy.slice(0, -2)}AA`
    const other = fields.map(([name, value]): Field => [name, name === 'Policy' ? changed : value])
    assert.throws(
      () => identified(other),
      (error: Error & { code?: string; detail?: Record<string, string> }) => {
        assert.equal(error.code, 'SignatureDoesNotMatch')
        assert.equal(error.detail?.['StringToSign'], changed)
        assert.equal(error.detail?.['AWSAccessKeyId'], exampleKey.accessKeyId)
        return true
      },
    )
    for (const signature of ['', '0', 'f'.repeat(64), 'x'.repeat(1000)]) {
      const forged = fields.map(([name, value]): Field =>
        /signature$/i.test(name) ? [name, signature] : [name, value],
      )
      assert.throws(() => identified(forged), { code: 'SignatureDoesNotMatch' })
    }
  })

  test(`SigV${version}: a token belongs to its key`, () => {
    assert.equal(identified(made({ version, keys: temporaryKey })), temporaryKey.accessKeyId)
    const stolen = { ...temporaryKey, sessionToken: 'other' }
    assert.throws(() => identified(made({ version, keys: stolen })), { code: 'InvalidToken' })
    const bare = { ...temporaryKey, sessionToken: undefined }
    assert.throws(() => identified(made({ version, keys: bare })), { code: 'InvalidAccessKeyId' })
  })

  test(`SigV${version}: what is missing is named`, () => {
    const names =
      version === 2
        ? ['AWSAccessKeyId', 'Signature']
        : ['X-Amz-Algorithm', 'X-Amz-Credential', 'X-Amz-Date', 'X-Amz-Signature']
    for (const name of [...names, 'Policy']) {
      assert.throws(() => identified(without(made({ version }), name, name.toLowerCase())), {
        code: 'InvalidArgument',
        message: `Bucket POST must contain a field named '${name}'.  If it is specified, please check the order of the fields.`,
        detail: { ArgumentName: name, ArgumentValue: '' },
      })
    }
  })
}

test('a policy that nobody signed is refused, and a form without one is everybody’s', () => {
  const fields = made({ version: 2 })
  assert.throws(() => identified(without(fields, 'AWSAccessKeyId', 'signature')), {
    code: 'InvalidArgument',
  })
  for (const name of ['AWSAccessKeyId', 'Signature', 'X-Amz-Signature', 'X-Amz-Credential']) {
    assert.throws(() => identified([[name, 'x']]), { code: 'InvalidArgument' }, name)
  }
  const none = identifyForm(new Map([['key', 'k']]), realmAt(now))
  assert.deepEqual(none, { account: anonymous, accessKeyId: undefined, policy: undefined })
})

test('one proof, not two', () => {
  const two = [...made({ version: 2 }), ...without(made({ version: 4 }), 'Policy')]
  assert.throws(() => identified(two), { code: 'InvalidArgument', message: /^Only one auth/ })
  const headers = readHeaders(['Authorization', 'AWS a:b'])
  const none = readHeaders([])
  assert.throws(() => refuseOtherProof({ headers }, readQuery('')), { code: 'InvalidArgument' })
  for (const query of ['X-Amz-Signature=a', 'AWSAccessKeyId=a']) {
    assert.throws(() => refuseOtherProof({ headers: none }, readQuery(query)), S3InvalidArgument)
  }
  refuseOtherProof({ headers: none }, readQuery('x-id=1'))
})

const S3InvalidArgument = { code: 'InvalidArgument' }

test('a credential for another place, day or service', () => {
  const code = 'InvalidArgument'
  assert.throws(
    () => identified(made({ region: 'eu-west-1' })),
    (error) => {
      assert.ok(error instanceof S3Error)
      assert.equal(error.code, code)
      assert.equal(error.message, "the region 'eu-west-1' is wrong; expecting 'us-east-1'")
      assert.equal(error.detail['ArgumentName'], 'X-Amz-Credential')
      assert.equal(error.detail['Region'], 'us-east-1')
      return true
    },
  )
  for (const date of ['20261121T120000Z', 'today', '']) {
    const fields = made({}).map(([name, value]): Field => [
      name,
      name === 'X-Amz-Date' ? date : value,
    ])
    assert.throws(() => identified(fields), { code })
  }
  const odd = made({}).map(([name, value]): Field => [
    name,
    name === 'X-Amz-Algorithm' ? 'NONE' : value,
  ])
  assert.throws(() => identified(odd), { code })
})

test('SigV4A is refused by name in a form as well', () => {
  const fields = made({}).map(([name, value]) =>
    /^x-amz-algorithm$/i.test(name)
      ? ([name, 'AWS4-ECDSA-P256-SHA256'] as const)
      : ([name, value] as const),
  )
  assert.notDeepEqual(fields, made({}))
  assert.throws(() => identified(fields), { code: 'NotImplemented' })
})
