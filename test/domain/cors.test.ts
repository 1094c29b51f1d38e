/** What a CORS configuration may say. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checkedCors } from '../../src/domain/cors.ts'
import type { CORSRule } from '../../src/model/types.gen.ts'
import { refusal } from '../operations/memory-service.ts'

const plain: CORSRule = { AllowedMethods: ['GET'], AllowedOrigins: ['https://a.example'] }

function check(changed: Partial<CORSRule>): unknown {
  return checkedCors({ CORSRules: [{ ...plain, ...changed }] })
}

/** The sentence with which a rule is refused. */
function sentence(changed: Partial<CORSRule>): string {
  try {
    check(changed)
  } catch (error) {
    assert.ok(refusal('InvalidRequest')(error))
    return (error as Error).message
  }
  return 'not refused'
}

test('a rule with everything that a rule can have', () => {
  const rule = {
    ID: 'x'.repeat(255),
    AllowedMethods: ['GET', 'PUT', 'POST', 'DELETE', 'HEAD'],
    AllowedOrigins: ['*', 'https://*.example', 'http://localhost:3000'],
    AllowedHeaders: ['*', 'x-amz-*', 'content-type'],
    ExposeHeaders: ['ETag'],
    MaxAgeSeconds: 0,
  }
  assert.deepEqual(check(rule), { CORSRules: [rule] })
})

test('methods are S3’s five, to the letter', () => {
  for (const method of ['PATCH', 'OPTIONS', 'get', '*', '']) {
    assert.equal(
      sentence({ AllowedMethods: ['GET', method] }),
      `Found unsupported HTTP method in CORS config. Unsupported method is ${method}`,
    )
  }
})

test('one wildcard at most, and none in what is exposed', () => {
  assert.equal(
    sentence({ AllowedOrigins: ['http://*.*'] }),
    'AllowedOrigin "http://*.*" can not have more than one wildcard.',
  )
  assert.match(sentence({ AllowedHeaders: ['*-*'] }), /^AllowedHeader "\*-\*" can not/)
  assert.match(sentence({ ExposeHeaders: ['x-*'] }), /^ExposeHeader "x-\*" contains wildcard/)
})

test('row D16: nothing that could end a header line is kept', () => {
  for (const end of ['\r\nSet-Cookie: a', '\n', '\r', '\0', ' b', '']) {
    const word = end === '' ? '' : `a${end}`
    assert.equal(sentence({ ExposeHeaders: [word] }), 'ExposeHeader is not valid')
    assert.equal(sentence({ AllowedHeaders: [word] }), 'AllowedHeader is not valid')
    assert.equal(sentence({ AllowedOrigins: [word] }), 'AllowedOrigin is not valid')
  }
  assert.throws(() => check({ ID: 'a\r\n' }), refusal('InvalidArgument'))
})

test('limits: rules, the length of an id, an age that is none', () => {
  const rules = (count: number): CORSRule[] => Array.from({ length: count }, () => plain)
  assert.equal(checkedCors({ CORSRules: rules(100) }).CORSRules.length, 100)
  assert.throws(() => checkedCors({ CORSRules: rules(101) }), refusal('InvalidRequest'))
  assert.throws(() => check({ ID: 'x'.repeat(256) }), refusal('InvalidArgument'))
  check({ MaxAgeSeconds: -1 })
})
