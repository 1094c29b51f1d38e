/** Damage gathered: each once, all of it counted, the first thousand listed. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  findingOf,
  noDamage,
  together,
  withFinding,
  type Damage,
  type Finding,
} from '../../src/jobs/findings.ts'
import { blob } from '../contracts/metadata/scene.ts'

const listedMax = 1000

function missing(number: number, detail: string = 'missing'): Finding {
  return findingOf({ kind: 'missing', owners: [], blob: blob(number), detail })
}

function damage(count: number, detail?: string): Damage {
  const numbers = Array.from({ length: count }, (_, number) => number)
  return numbers.reduce((before, number) => withFinding(before, missing(number, detail)), noDamage)
}

test('what was listed does not count again; what is beyond the list counts', () => {
  const some = damage(3)
  assert.equal(withFinding(some, missing(2, 'found by its row')), some)
  const many = damage(listedMax + 5)
  assert.deepEqual([many.found, many.findings.length], [listedMax + 5, listedMax])
  assert.deepEqual(many.findings.at(-1), missing(listedMax - 1))
})

test('of two looks at the same each finding counts once, in the words of the first', () => {
  const merged = together(damage(3, 'proven'), damage(5, 'looked for'))
  assert.equal(merged.found, 5)
  assert.deepEqual(
    merged.findings.map(({ detail }) => detail),
    ['proven', 'proven', 'proven', 'looked for', 'looked for'],
  )
  const many = damage(listedMax + 5)
  assert.equal(together(many, damage(listedMax + 7)).found, listedMax + 7)
  assert.equal(together(many, many).findings.length, listedMax)
})
