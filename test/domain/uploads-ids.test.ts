/** Upload ids: their order is their age, and they need no escape anywhere. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { systemChance } from '../../src/base/chance.ts'
import { isUploadId, uploadIdOf, UploadIds } from '../../src/domain/upload-ids.ts'

describe('upload ids', () => {
  it('are ordered by age as text, within one millisecond and when the clock goes back', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 2 ** 42 }), { minLength: 2 }), (times) => {
        const ids = new UploadIds(systemChance)
        const made = times.flatMap((now) => [ids.next(now), ids.next(now)])
        assert.deepEqual(made.toSorted(), made)
        assert.ok(made.every(isUploadId))
      }),
    )
  })

  it('are ordered by time between processes', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 2 ** 42 }),
        fc.integer({ min: 1, max: 2 ** 40 }),
        (now, later) => {
          const [first, second] = [
            new UploadIds(systemChance).next(now),
            new UploadIds(systemChance).next(now + later),
          ]
          assert.ok(first < second)
        },
      ),
    )
  })

  it('hold 128 bits of chance', () => {
    const ids = new UploadIds({ bytes: (length) => new Uint8Array(length).fill(length) })
    assert.equal(Buffer.from(ids.next(0).slice(9), 'base64url').length, 16)
  })

  it('are read back without the sign that some clients leave behind them', () => {
    assert.equal(uploadIdOf('abc='), 'abc')
    assert.equal(uploadIdOf('abc'), 'abc')
    assert.equal(uploadIdOf('=='), '')
    assert.ok(!isUploadId('abc'))
    assert.ok(!isUploadId(`${'a'.repeat(30)}/`))
  })
})
