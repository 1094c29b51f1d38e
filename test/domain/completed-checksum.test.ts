/** The checksum of the whole that a client sends with a completion: every form that S3 takes, and none beside it. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checkWholeChecksum } from '../../src/domain/completed-checksum.ts'
import { refusal } from '../operations/memory-service.ts'

const value = 'fgCqxw=='
const other = 'cQL9Zw=='
const composite = { algorithm: 'CRC32C', type: 'COMPOSITE', value } as const
const whole = { algorithm: 'CRC32C', type: 'FULL_OBJECT', value } as const
const parts = 2

// S3 takes both (minio-go pull request 1690 ran against it with the first, ceph/s3-tests with the second).
for (const sent of [value, `${value}-2`]) {
  test(`a composite is held against ${sent}`, () => {
    checkWholeChecksum(new Map([['CRC32C', sent]]), composite, parts)
  })
}

for (const sent of [other, `${other}-2`, `${value}-3`, `${value}-22`]) {
  test(`a composite differs from ${sent}`, () => {
    const act = (): void => checkWholeChecksum(new Map([['CRC32C', sent]]), composite, parts)
    assert.throws(act, refusal('BadDigest'))
  })
}

test('a checksum of the full object has no count', () => {
  checkWholeChecksum(new Map([['CRC32C', value]]), whole, parts)
  const act = (): void => checkWholeChecksum(new Map([['CRC32C', `${value}-2`]]), whole, parts)
  assert.throws(act, refusal('BadDigest'))
})

for (const sent of ['', 'fgCqxw', 'fgCqxw==-', 'fgCqxw==-x', `${value}${value}`]) {
  test(`${JSON.stringify(sent)} is no such checksum`, () => {
    const act = (): void => checkWholeChecksum(new Map([['CRC32C', sent]]), composite, parts)
    assert.throws(act, refusal('InvalidRequest'))
  })
}
