/** The order of keys is the order of their UTF-8 bytes, whatever JavaScript's own comparison says. */
import assert from 'node:assert/strict'
import { it } from 'node:test'
import fc from 'fast-check'
import { commonPrefix, compareKeys, successor } from '../../../src/stores/metadata/order.ts'

const edge = fc.constantFrom(
  'a',
  '\u007f',
  '\u0080',
  '\u07ff',
  '\ud7ff',
  '\ue000',
  '\uffff',
  '\u{10000}',
  '\u{10ffff}',
)
const key = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 6 }),
  fc.array(edge, { maxLength: 5 }).map((parts) => parts.join('')),
)

function byBytes(left: string, right: string): number {
  return Buffer.compare(Buffer.from(left), Buffer.from(right))
}

it('compares keys as their bytes compare', () => {
  fc.assert(
    fc.property(key, key, (left, right) => {
      assert.equal(Math.sign(compareKeys(left, right)), byBytes(left, right))
    }),
    { numRuns: 2000 },
  )
})

it('finds the least string above all that begin with a prefix', () => {
  fc.assert(
    fc.property(key, key, (prefix, other) => {
      const next = successor(prefix)
      if (next === undefined) return assert.match(prefix, /^\u{10ffff}*$/u)
      assert.ok(byBytes(prefix + other, next) < 0)
      const isAbove = byBytes(other, prefix) >= 0 && !other.startsWith(prefix)
      return assert.ok(!isAbove || byBytes(other, next) >= 0)
    }),
    { numRuns: 2000 },
  )
  assert.deepEqual(['', 'a', '\ud7ff', 'a\u{10ffff}', '\u{10ffff}'].map(successor), [
    undefined,
    'b',
    '\ue000',
    'b',
    undefined,
  ])
})

it('folds a key after the first delimiter behind the prefix', () => {
  assert.equal(commonPrefix('a/b/c', 'a/', '/'), 'a/b/')
  assert.equal(commonPrefix('a/b', 'a/', '/'), undefined)
  assert.equal(commonPrefix('a/b', '', ''), undefined)
})
