/** The x-amz-tagging header: its form, its limits and its characters. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { parseTagging } from '../../src/domain/tags.ts'
import { refusal } from '../operations/memory-service.ts'

test('pairs are decoded once, plus is a space', () => {
  assert.deepEqual(parseTagging('a=1&b%20c=x+y%2B&empty=&bare'), [
    ['a', '1'],
    ['b c', 'x y+'],
    ['bare', ''],
    ['empty', ''],
  ])
  assert.deepEqual(parseTagging(undefined), [])
  assert.deepEqual(parseTagging(''), [])
})

test('what S3 accepts comes back as it was, sorted by key', () => {
  const word = fc
    .stringMatching(/^[A-Za-z0-9 äß_.:/=+@-]{1,20}$/)
    .filter((text) => !text.startsWith('aws:'))
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.tuple(word, word), { maxLength: 10, selector: ([key]) => key }),
      (tags) => {
        const header = tags.map((tag) => tag.map(encodeURIComponent).join('=')).join('&')
        const sorted = tags.toSorted(([one], [other]) => (one < other ? -1 : 1))
        assert.deepEqual(parseTagging(header), sorted)
      },
    ),
  )
})

test('a form that is none, and duplicates', () => {
  for (const header of ['a=%zz', 'a=1&a=2', '=1', '%ff=1']) {
    const detail = { ArgumentName: 'x-amz-tagging', ArgumentValue: header }
    assert.throws(() => parseTagging(header), refusal('InvalidArgument', detail))
  }
})

test('nothing between two ampersands is no tag', () => {
  assert.deepEqual(parseTagging('&&'), [])
  assert.deepEqual(parseTagging('&a=1&&b&'), [
    ['a', '1'],
    ['b', ''],
  ])
})

test('keys and values that S3 does not take', () => {
  assert.throws(() => parseTagging('aws:x=1'), refusal('InvalidTag', { TagKey: 'aws:x' }))
  assert.throws(() => parseTagging(`${'k'.repeat(129)}=1`), refusal('InvalidTag'))
  assert.throws(() => parseTagging(`k=${'v'.repeat(257)}`), refusal('InvalidTag'))
  assert.throws(() => parseTagging('k=%3C'), refusal('InvalidTag', { TagKey: 'k', TagValue: '<' }))
  assert.equal(parseTagging(`${'k'.repeat(128)}=${'v'.repeat(256)}`).length, 1)
})

test('ten tags and no more', () => {
  const header = (count: number): string =>
    Array.from({ length: count }, (_, index) => `k${index}=v`).join('&')
  assert.equal(parseTagging(header(10)).length, 10)
  assert.throws(() => parseTagging(header(11)), refusal('BadRequest'))
})
