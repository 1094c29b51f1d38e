/** Which CORS rule a request meets, and what the answer then says. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { sharingHeaders } from '../../src/domain/sharing.ts'
import type { CORSRule } from '../../src/model/types.gen.ts'

function rule(origin: string, more: Partial<CORSRule> = {}): CORSRule {
  return { AllowedMethods: ['GET'], AllowedOrigins: [origin], ...more }
}

function told(
  rules: readonly CORSRule[],
  origin: string,
  { method = 'GET', headers = [] as readonly string[] } = {},
): Readonly<Record<string, string>> {
  return Object.fromEntries(sharingHeaders(rules, { origin, method, headers }))
}

/** The origin that is told, and the methods with it. */
function allowed(rules: readonly CORSRule[], origin: string, method = 'GET'): unknown {
  const headers = told(rules, origin, { method })
  return [headers['Access-Control-Allow-Origin'], headers['Access-Control-Allow-Methods']]
}

const none = [undefined, undefined]

test('origins: a suffix, a prefix, both, and neither', () => {
  const rules = [
    rule('*suffix'),
    rule('start*end'),
    rule('prefix*'),
    rule('*.put', { AllowedMethods: ['PUT'] }),
  ]
  for (const origin of ['foo.suffix', 'suffix', 'startend', 'start1end', 'prefix', 'prefix.a']) {
    assert.deepEqual(allowed(rules, origin), [origin, 'GET'])
  }
  for (const origin of [
    'foo.bar',
    'foo.suffix.get',
    'start1end2',
    'starend',
    'a.prefix',
    'a.put',
  ]) {
    assert.deepEqual(allowed(rules, origin), none, origin)
  }
  assert.deepEqual(allowed(rules, 'a.put', 'PUT'), ['a.put', 'PUT'])
  assert.deepEqual(allowed(rules, 'foo.suffix', 'PUT'), none)
  assert.deepEqual(allowed([rule('https://a')], 'https://A'), none, 'case counts')
  assert.deepEqual(allowed([rule('a*a')], 'a'), none, 'one letter is not both ends')
})

test('every origin is told as such, and never together with credentials', () => {
  const open = told([rule('*')], 'https://a')
  assert.equal(open['Access-Control-Allow-Origin'], '*')
  assert.equal(open['Access-Control-Allow-Credentials'], undefined)
  const named = told([rule('https://a')], 'https://a')
  assert.equal(named['Access-Control-Allow-Credentials'], 'true')
})

test('the first rule that allows everything decides', () => {
  const rules = [
    rule('*', { AllowedMethods: ['PUT'], MaxAgeSeconds: 1 }),
    rule('https://a', { AllowedHeaders: ['x-one'], MaxAgeSeconds: 2 }),
    rule('https://a', { AllowedHeaders: ['X-*'], MaxAgeSeconds: 3 }),
  ]
  const age = (headers: readonly string[]): unknown =>
    told(rules, 'https://a', { headers })['Access-Control-Max-Age']
  assert.deepEqual([age([]), age(['X-One']), age(['x-two'])], ['2', '2', '3'])
  assert.equal(age(['content-type']), undefined)
  assert.deepEqual(told(rules, 'https://a', { headers: ['x-two', 'y'] }), {})
})

test('names that are allowed come back in small letters', () => {
  const answer = told([rule('*', { AllowedHeaders: ['*'] })], 'b', { headers: ['X-A', 'y'] })
  assert.equal(answer['Access-Control-Allow-Headers'], 'x-a, y')
  assert.equal(told([rule('*')], 'b')['Access-Control-Allow-Headers'], undefined)
})

test('what a page needs for an upload in parts is exposed unless the rule says what is', () => {
  const usual = told([rule('*')], 'b')['Access-Control-Expose-Headers'] ?? ''
  for (const name of ['ETag', 'x-amz-checksum-crc32', 'x-amz-checksum-crc64nvme']) {
    assert.ok(usual.split(', ').includes(name))
  }
  const own = told([rule('*', { ExposeHeaders: ['x-a', 'y'] })], 'b')
  assert.equal(own['Access-Control-Expose-Headers'], 'x-a, y')
})

test('an origin is told only where a pattern, read as a regular expression, agrees', () => {
  const letters = fc.stringMatching(/^[ab.]{0,4}$/)
  const pattern = fc.oneof(
    letters,
    fc.tuple(letters, letters).map(([start, end]) => `${start}*${end}`),
  )
  fc.assert(
    fc.property(pattern, fc.stringMatching(/^[ab.]{0,8}$/), (text, origin) => {
      const meaning = new RegExp(`^${text.replaceAll('.', '\\.').replace('*', '.*')}$`)
      const answer = told([rule(text)], origin)['Access-Control-Allow-Origin']
      const expected = text === '*' ? '*' : origin
      assert.equal(answer, meaning.test(origin) ? expected : undefined)
    }),
  )
})
