/** Conditions: what holds, what does not, and which of two speaks. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  checkCopyConditions,
  checkReadConditions,
  writeCondition,
} from '../../src/domain/preconditions.ts'
import { noon, refusal } from '../operations/memory-service.ts'

const object = { etag: 'abc', modified: noon }
const before = new Date(noon - 60_000)
/** The same second, told without milliseconds as HTTP tells it. */
const same = new Date(noon - 500)
const later = noon + 3_600_000
const after = new Date(noon + 60_000)

const holds = {
  'If-Match, quoted': { IfMatch: '"abc"' },
  'If-Match, bare': { IfMatch: 'abc' },
  'If-Match, a list': { IfMatch: '"x", "abc"' },
  'If-Match *': { IfMatch: '*' },
  'If-None-Match of another': { IfNoneMatch: '"x"' },
  'If-Unmodified-Since its own second': { IfUnmodifiedSince: same },
  'If-Modified-Since before': { IfModifiedSince: before },
  'If-Modified-Since to come': { IfModifiedSince: new Date(later + 1000) },
  'If-Match silences If-Unmodified-Since': { IfMatch: '"abc"', IfUnmodifiedSince: before },
  'If-None-Match silences If-Modified-Since': { IfNoneMatch: '"x"', IfModifiedSince: after },
}
for (const [name, conditions] of Object.entries(holds)) {
  test(`${name} holds`, () => checkReadConditions(conditions, object, later))
}

const modified = { ETag: '"abc"', 'Last-Modified': 'Sat, 21 Nov 2026 10:00:00 GMT' }
const fails = [
  ['If-Match of another', { IfMatch: '"x"' }, 'PreconditionFailed', { Condition: 'If-Match' }],
  [
    'If-Unmodified-Since before',
    { IfUnmodifiedSince: before },
    'PreconditionFailed',
    { Condition: 'If-Unmodified-Since' },
  ],
  ['If-None-Match', { IfNoneMatch: '"abc"' }, 'NotModified', modified],
  ['If-None-Match, weak', { IfNoneMatch: 'W/"abc"' }, 'NotModified', modified],
  ['If-None-Match *', { IfNoneMatch: '*' }, 'NotModified', modified],
  ['If-Modified-Since its own second', { IfModifiedSince: same }, 'NotModified', modified],
  [
    'If-None-Match beside an older date',
    { IfNoneMatch: '"abc"', IfModifiedSince: before },
    'NotModified',
    modified,
  ],
  ['both tags', { IfMatch: '"abc"', IfNoneMatch: '"abc"' }, 'NotModified', modified],
] as const
for (const [name, conditions, code, detail] of fails) {
  test(`${name}: ${code}`, () => {
    assert.throws(() => checkReadConditions(conditions, object, later), refusal(code, detail))
  })
}

test('a copy knows no NotModified', () => {
  const none = { Condition: 'x-amz-copy-source-If-None-Match' }
  const failed = { CopySourceIfNoneMatch: '"abc"', CopySourceIfModifiedSince: before }
  assert.throws(
    () => checkCopyConditions(failed, object, later),
    refusal('PreconditionFailed', none),
  )
  const since = { Condition: 'x-amz-copy-source-If-Modified-Since' }
  assert.throws(
    () => checkCopyConditions({ CopySourceIfModifiedSince: after }, object, later),
    refusal('PreconditionFailed', since),
  )
  checkCopyConditions(
    { CopySourceIfMatch: 'abc', CopySourceIfUnmodifiedSince: before },
    object,
    later,
  )
})

test('a write takes If-None-Match: * and If-Match with tags', () => {
  assert.deepEqual(writeCondition({}), {})
  assert.deepEqual(writeCondition({ IfNoneMatch: '*' }), { ifNoneMatch: ['*'] })
  assert.deepEqual(writeCondition({ IfMatch: '"abc"' }), { ifMatch: ['abc'] })
  const detail = { Header: 'If-None-Match' }
  assert.throws(() => writeCondition({ IfNoneMatch: '"abc"' }), refusal('NotImplemented', detail))
  assert.throws(
    () => writeCondition({ IfNoneMatch: '*', IfMatch: 'a' }),
    refusal('NotImplemented', detail),
  )
})
