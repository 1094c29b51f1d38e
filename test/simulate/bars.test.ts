/** The bars of the soak turn red, each by what is just beyond it; a run at the scale of every test is too short to show all of them. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { beyond, type Soaked } from './bars.ts'
import { growthMiB, p99 } from './figures.ts'

const good: Soaked = {
  minutes: 20,
  alone: 1000,
  beside: 1000,
  aloneMsP99: 50,
  besideMsP99: 99,
  heldBackPercent: 25,
  residentMiBMax: 512,
  residentMiBGrowth: 8.9,
  residentMiBGrowthError: 4,
}

test('a soak that meets every bar is not told of', () => {
  assert.deepEqual(beyond(good), [])
})

const worse: ReadonlyArray<readonly [Partial<Soaked>, string]> = [
  [{ residentMiBMax: 512.1 }, '512.1 MiB of memory'],
  [{ residentMiBGrowth: 9 }, 'memory grows by 9 MiB in ten minutes'],
  [{ besideMsP99: 100 }, 'others wait for 100 ms, alone for 50'],
]
for (const [change, says] of worse) {
  test(`a soak is red for this: ${says}`, () => {
    assert.deepEqual(beyond({ ...good, ...change }), [says])
  })
}

test('of a short soak neither growth nor waits are judged', () => {
  assert.deepEqual(beyond({ ...good, minutes: 19.9, residentMiBGrowth: 99 }), [])
  assert.deepEqual(beyond({ ...good, alone: 999, besideMsP99: 500 }), [])
  assert.deepEqual(beyond({ ...good, beside: 999, besideMsP99: 500 }), [])
})

test('waits on a machine that had no time for the server are not judged', () => {
  assert.deepEqual(beyond({ ...good, heldBackPercent: 26, besideMsP99: 500 }), [])
})

test('growth is that of the line through all looks, not of the last one', () => {
  const mebibyte = 2 ** 20
  const minute = 60_000
  const rising = [0, 1, 2, 3].map((at) => ({ ms: at * minute, bytes: (100 + at / 5) * mebibyte }))
  assert.deepEqual(growthMiB(rising), { rise: 2, error: 0 })
  const tooth = [0, 9, 9, 0].map((up, at) => ({ ms: at * minute, bytes: (100 + up) * mebibyte }))
  assert.deepEqual(growthMiB(tooth), { rise: 0, error: 28.5 })
  assert.deepEqual(growthMiB(rising.slice(0, 2)), { rise: 0, error: Infinity })
})

test('one of a hundred waits longer than p99', () => {
  assert.equal(p99(Array.from({ length: 1000 }, (_, index) => 1000 - index)), 991)
  assert.equal(p99([]), 0)
})
