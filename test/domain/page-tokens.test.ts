/** Continuation tokens: they come back as they went, and nothing else does. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { openToken, sealToken } from '../../src/domain/page-tokens.ts'

test('a token leads back to its position', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (position) => {
      assert.equal(openToken('photos', sealToken('photos', position)), position)
    }),
  )
})

test('a token of another list, a mangled one, and what never was one', () => {
  const token = sealToken('photos', 'kabc')
  assert.equal(openToken('others', token), undefined)
  assert.equal(openToken('photos', `${token}A`), undefined)
  assert.equal(openToken('photos', token.slice(0, -1)), undefined)
  assert.equal(openToken('photos', `${token}=`), undefined)
  for (const text of ['', 'x', 'kabc', '\u0000', '😀', 'A'.repeat(40)])
    assert.equal(openToken('photos', text), undefined)
})
