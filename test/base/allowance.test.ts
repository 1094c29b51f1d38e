/** So many a second, a few at once, whatever the clock does. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Allowance } from '../../src/base/allowance.ts'

function taken(allowance: Allowance, times: number): number {
  return Array.from({ length: times }, () => allowance.take()).filter(Boolean).length
}

test('a burst, then the rate', () => {
  let now = 1000
  const allowance = new Allowance({ perSecond: 2, burst: 5 }, { now: () => now })
  assert.equal(taken(allowance, 9), 5)
  now += 499
  assert.equal(taken(allowance, 9), 0)
  now += 1
  assert.equal(taken(allowance, 9), 1)
  now += 3_600_000
  assert.equal(taken(allowance, 9), 5, 'a long pause gives no more than the burst')
})

test('a clock that is set back gives nothing and takes nothing', () => {
  let now = 10_000
  const allowance = new Allowance({ perSecond: 1, burst: 1 }, { now: () => now })
  assert.equal(taken(allowance, 2), 1)
  now -= 5000
  assert.equal(taken(allowance, 2), 0)
  now += 1000
  assert.equal(taken(allowance, 2), 1)
})

test('a rate of nothing allows nothing', () => {
  assert.equal(taken(new Allowance({ perSecond: 0, burst: 5 }, { now: () => 0 }), 3), 0)
})
