/** The HMAC that signatures are made with is node:crypto's, whatever the length of the text. */
import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { test } from 'node:test'
import { sign, signingKey } from '../../src/identity/signing-key.ts'

test('texts of any length, one after the other with the same key', () => {
  const scope = { date: '20261121', region: 'here', service: 's3', terminal: 'aws4_request' }
  const steps = Object.values(scope)
  const derived = steps.reduce(
    (key, step) => createHmac('sha256', key).update(step).digest(),
    Buffer.from('AWS4a secret'),
  )
  const key = signingKey('a secret', scope)
  for (const length of [0, 1, 55, 64, 200, 1023, 1024, 1025, 5000, 3, 0]) {
    const text = '\xe9'.repeat(length)
    const expected = createHmac('sha256', derived).update(text, 'latin1').digest('hex')
    assert.equal(sign(key, text), expected, `${length} chars`)
  }
})
