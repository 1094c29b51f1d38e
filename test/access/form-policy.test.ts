/** The policy of a form: what its conditions allow, what S3 says of what they do not, and documents that are none. (B03) */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { checkPolicy, type Sizes } from '../../src/access/form-policy.ts'
import { S3Error } from '../../src/model/errors.ts'

const now = Date.parse('2026-11-20T12:00:00Z')
const said: ReadonlyArray<readonly [string, string]> = [
  ['key', 'user/eric/photo.jpg'],
  ['acl', 'private'],
  ['content-type', 'image/jpeg'],
  ['awsaccesskeyid', 'a'],
  ['signature', 's'],
  ['policy', 'p'],
  ['x-ignore-flash', 'f'],
]
const covering: readonly unknown[] = [
  { bucket: 'b' },
  ['starts-with', '$key', 'user/eric/'],
  { acl: 'private' },
  ['starts-with', '$Content-Type', 'image/'],
]

function check(document: unknown, fields: ReadonlyArray<readonly [string, string]> = said): Sizes {
  const text = typeof document === 'string' ? document : JSON.stringify(document)
  const base64 = Buffer.from(text).toString('base64')
  return checkPolicy(base64, { fields: new Map(fields), bucket: 'b', now })
}

function policy(conditions: unknown, expiration = '2026-11-20T12:00:01Z'): unknown {
  return { expiration, conditions }
}

test('a form that keeps its policy', () => {
  assert.deepEqual(check(policy(covering)), { minBytes: 0, maxBytes: Infinity })
  const sizes = [...covering, ['content-length-range', 5, '10'], ['content-length-range', 1, 9]]
  assert.deepEqual(check(policy(sizes)), { minBytes: 5, maxBytes: 9 })
})

test('names of fields and operators are of any case, values of theirs', () => {
  const odd = [
    { bUcKeT: 'b' },
    ['StArTs-WiTh', '$KeY', 'user'],
    ['EQ', '$aCl', 'private'],
    ['starts-with', '$CONTENT-type', ''],
  ]
  check(policy(odd))
  assert.throws(() => check(policy([...odd, { acl: 'PRIVATE' }])), { code: 'AccessDenied' })
})

const failures: ReadonlyArray<readonly [unknown, string]> = [
  [{ bucket: 'other' }, '["eq", "$bucket", "other"]'],
  [{ key: 'user/eric/' }, '["eq", "$key", "user/eric/"]'],
  [['starts-with', '$key', 'user/mary/'], '["starts-with", "$key", "user/mary/"]'],
  [['eq', 'acl', 'private'], '["eq", "acl", "private"]'],
  [['starts-with', '$x-amz-meta-a', 'b'], '["starts-with", "$x-amz-meta-a", "b"]'],
  [['content-length-range', 'test', '10'], '["content-length-range", "test", "10"]'],
  [['content-length-range', 1, 1.5], '["content-length-range", 1, 1.5]'],
]
for (const [condition, shown] of failures) {
  test(`failed: ${shown}`, () => {
    assert.throws(() => check(policy([...covering, condition])), {
      code: 'AccessDenied',
      message: `Invalid according to Policy: Policy Condition failed: ${shown}`,
    })
  })
}

test('each of several content types must be allowed', () => {
  const types = (value: string): ReadonlyArray<readonly [string, string]> => [
    ...said.filter(([name]) => name !== 'content-type'),
    ['content-type', value],
  ]
  check(policy(covering), types('image/jpg,image/png, image/gif'))
  assert.throws(() => check(policy(covering), types('image/jpg,text/plain')), S3Error)
})

test('every field needs a condition, the bucket too, but for what proves the policy', () => {
  const message =
    'Invalid according to Policy: Extra input fields: x-amz-meta-a, x-amz-checksum-crc32'
  const more = [['x-amz-meta-a', '1'] as const, ['x-amz-checksum-crc32', '1'] as const]
  assert.throws(() => check(policy(covering), [...said, ...more]), {
    code: 'AccessDenied',
    message,
  })
  for (const [index, name] of ['bucket', 'key', 'acl', 'content-type'].entries()) {
    const message = `Invalid according to Policy: Extra input fields: ${name}`
    assert.throws(() => check(policy(covering.toSpliced(index, 1))), { message })
  }
})

test('a policy holds until it expires', () => {
  for (const time of ['2026-11-20T12:00:00Z', '2026-11-20T11:59:59.999Z']) {
    const message = 'Invalid according to Policy: Policy expired.'
    assert.throws(() => check(policy(covering, time)), { code: 'AccessDenied', message })
  }
  check(policy(covering, '2026-11-20T12:00:00.001Z'))
})

const bad: ReadonlyArray<readonly [unknown, RegExp]> = [
  ['', /Invalid JSON/],
  ['{"expiration"', /Invalid JSON/],
  ['['.repeat(15_000), /Invalid JSON/],
  [`${'['.repeat(5000)}${']'.repeat(5000)}`, /missing expiration/],
  ['null', /missing expiration/],
  [{ conditions: covering }, /missing expiration/],
  [{ EXPIRATION: '2026-11-20T12:00:01Z', conditions: covering }, /missing expiration/],
  [{ expiration: '2026-11-20T12:00:01Z' }, /missing conditions/],
  [{ expiration: '2026-11-20T12:00:01Z', CONDITIONS: covering }, /missing conditions/],
  [policy({ acl: 'private' }), /missing conditions/],
  [policy(covering, '2026-11-20 12:00:01+00:00'), /'expiration' value/],
  [policy(covering, '2026-13-20T12:00:01Z'), /'expiration' value/],
  [{ expiration: 1, conditions: covering }, /'expiration' value/],
  [policy([{}]), /Simple-Conditions must have exactly one property specified\.$/],
  [policy([{ acl: 'private', bucket: 'b' }]), /exactly one property/],
  [policy(['acl']), /exactly one property/],
  [policy([null]), /exactly one property/],
  [policy([{ acl: 1 }]), /value must be a string/],
  [policy([['content-length-range', 0]]), /Invalid condition/],
  [policy([['ends-with', '$key', 'x']]), /Invalid condition/],
  [policy([['eq', '$key', 1]]), /must be strings/],
  [policy([[]]), /Invalid condition/],
  [policy([[{ toString: 1 }, '$key', 'x']]), /Invalid condition/],
  [{ expiration: { toString: 1 }, conditions: [] }, /Invalid 'expiration'/],
]
for (const [document, message] of bad) {
  test(`no policy: ${JSON.stringify(document).slice(0, 70)}`, () => {
    assert.throws(() => check(document), { code: 'InvalidPolicyDocument', message })
  })
}

test('any document, and any value in a good one, is judged without a crash', () => {
  const property = fc.property(fc.jsonValue({ maxDepth: 4 }), fc.string(), (value, text) => {
    for (const document of [value, text, policy(value), policy([...covering, value])]) {
      try {
        check(document)
      } catch (error) {
        assert.ok(error instanceof S3Error, String(error))
      }
    }
  })
  fc.assert(property, { numRuns: 3000 })
})
