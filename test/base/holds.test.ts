/** Holds count their holders, and a release works once. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Holds } from '../../src/base/holds.ts'

test('a key is held until its last holder lets go', () => {
  const holds = new Holds()
  const first = holds.hold('content:7')
  const second = holds.hold('content:7')
  assert.equal(holds.has('content:7'), true)
  assert.equal(holds.has('content:8'), false)
  first()
  first()
  assert.equal(
    holds.has('content:7'),
    true,
    'a second release of one hold takes nothing from another',
  )
  second()
  assert.equal(holds.has('content:7'), false)
})
