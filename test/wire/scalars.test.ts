/** Single values as text. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { writeHttpDate, writeIsoDate } from '../../src/wire/scalars.ts'

/** All that a Date can hold, whole seconds as in listings, and days that border on each other. */
const times = fc.oneof(
  fc.date({ noInvalidDate: true }).map((date) => date.getTime()),
  fc.nat({ max: 4_000_000_000 }).map((seconds) => seconds * 1000),
  fc.integer({ min: -3, max: 3 }).map((off) => 20_000 * 86_400_000 + off),
)

test('a moment is written as JavaScript writes it, whichever was written before', () => {
  fc.assert(
    fc.property(fc.array(times, { minLength: 2 }), (some) => {
      const dates = some.map((time) => new Date(time))
      assert.deepEqual(
        dates.map(writeIsoDate),
        dates.map((date) => date.toISOString()),
      )
      assert.deepEqual(
        dates.map(writeHttpDate),
        dates.map((date) => date.toUTCString()),
      )
    }),
  )
  assert.throws(() => writeIsoDate(new Date(Number.NaN)), RangeError)
  assert.throws(() => writeHttpDate(new Date(Number.NaN)), RangeError)
})
