/** The Range field (E12). */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { contentRange, parseRange, rangeApplies } from '../../src/domain/ranges.ts'
import { refusal } from '../operations/memory-service.ts'

const ten: ReadonlyArray<readonly [string, readonly [number, number] | undefined]> = [
  ['bytes=0-0', [0, 1]],
  ['bytes=0-', [0, 10]],
  ['bytes=3-5', [3, 3]],
  ['bytes=9-20', [9, 1]],
  ['bytes=-3', [7, 3]],
  ['bytes=-30', [0, 10]],
  [`bytes=0-${'9'.repeat(30)}`, [0, 10]],
  ['bytes=5-2', undefined],
  ['bytes=0-0,2-3', undefined],
  [`bytes=${'0-0,'.repeat(10_000)}1-1`, undefined],
  ['bytes=-', undefined],
  ['bytes=a-b', undefined],
  ['items=0-1', undefined],
  ['', undefined],
]
for (const [field, expected] of ten) {
  test(`${field.slice(0, 40)} of ten bytes`, () => {
    const range = parseRange(field, 10)
    assert.deepEqual(range && [range.offset, range.lengthBytes], expected)
  })
}

for (const [field, size] of [
  ['bytes=10-', 10],
  ['bytes=10-11', 10],
  ['bytes=-0', 10],
  ['bytes=0-', 0],
  ['bytes=-5', 0],
] as const) {
  test(`${field} of ${size} bytes cannot be`, () => {
    const detail = { RangeRequested: field, ActualObjectSize: size }
    assert.throws(() => parseRange(field, size), refusal('InvalidRange', detail))
  })
}

test('Content-Range counts from zero', () => {
  assert.equal(contentRange({ offset: 3, lengthBytes: 3 }, 10), 'bytes 3-5/10')
})

for (const [field, applies] of [
  [undefined, true],
  ['"abc"', true],
  ['abc', true],
  ['"other"', false],
  ['W/"abc"', false],
  ['Sat, 21 Nov 2026 10:00:00 GMT', true],
  ['Sat, 21 Nov 2026 10:00:01 GMT', false],
  ['Sat, 21 Nov 2026 09:59:59 GMT', false],
  ['', false],
] as const) {
  test(`If-Range: ${field} ${applies ? 'leaves' : 'takes away'} the range`, () => {
    const object = { etag: 'abc', modified: Date.UTC(2026, 10, 21, 10, 0, 0, 321) }
    assert.equal(rangeApplies(field, object), applies)
  })
}
