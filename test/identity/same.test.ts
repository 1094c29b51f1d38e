/** Secrets are the same when every byte is, and nothing else counts as the same. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isSame, isSameSignature } from '../../src/identity/same.ts'

const signature = 'abcdef0123456789'.repeat(4)

for (const [name, compare] of Object.entries({ isSame, isSameSignature })) {
  test(`${name} tells what differs in one place, in length, or beyond a byte`, () => {
    assert.equal(compare(signature, signature), true)
    const others = [
      '',
      signature.slice(1),
      `${signature}0`,
      `${signature.slice(0, -1)}8`,
      signature.toUpperCase(),
      // Cut down to a byte it would be an 'a'.
      signature.replace('a', '\u0161'),
      signature.replace('ab', '\u00ab'),
    ]
    for (const other of others) assert.equal(compare(other, signature), false, other)
  })
}
