/** Names of blobs and their columns: what is written is what is read, and all that lies in one pack lies side by side. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { blobAt, blobId, fileId, fileOf, placeOf, type BlobId } from '../../../src/base/ids.ts'
import {
  decodeLocator,
  encodeLocator,
  rangeOfBlob,
  rangeOfPack,
} from '../../../src/stores/metadata/sql/locators.ts'

const file = fc
  .uint8Array({ minLength: 16, maxLength: 16 })
  .map((bytes) => fileId(Buffer.from(bytes).toString('hex')))
const number = fc.integer({ min: 0, max: 0xffff })
const blob: fc.Arbitrary<BlobId> = fc.oneof(
  file,
  fc
    .tuple(file, number, number)
    .map(([pack, firstPage, pages]) => blobAt(pack, { firstPage, pages })),
)
const offset = fc.maxSafeNat()

function isWithin(column: Uint8Array, [first, last]: readonly [Uint8Array, Uint8Array]): boolean {
  return Buffer.compare(first, column) <= 0 && Buffer.compare(column, last) <= 0
}

test('a blob is named by its file, and in a pack by its place', () => {
  fc.assert(
    fc.property(file, number, number, (pack, firstPage, pages) => {
      const id = blobAt(pack, { firstPage, pages })
      assert.equal(blobId(id), id)
      assert.deepEqual([fileOf(id), placeOf(id)], [pack, { firstPage, pages }])
      assert.deepEqual([fileOf(pack), placeOf(pack)], [pack, undefined])
      assert.throws(() => fileId(id), TypeError)
    }),
  )
  for (const text of [
    '',
    'x',
    '0'.repeat(31),
    `${'0'.repeat(32)}.1.2`,
    `${'0'.repeat(32)}.00010002`,
  ])
    assert.throws(() => blobId(text), TypeError)
})

test('a locator is read as it was written, and lies in the ranges of its blob and of its pack, and in no others', () => {
  fc.assert(
    fc.property(blob, blob, offset, (id, other, at) => {
      const locator = { kind: 'blob', blob: id, offset: at } as const
      const column = encodeLocator(locator)
      assert.deepEqual(decodeLocator(column), locator)
      assert.ok(isWithin(column, rangeOfBlob(id)))
      assert.equal(isWithin(column, rangeOfPack(fileOf(id))), placeOf(id) !== undefined)
      assert.equal(isWithin(column, rangeOfBlob(other)), id === other)
      const isSamePack = fileOf(id) === fileOf(other) && placeOf(id) !== undefined
      assert.equal(isWithin(column, rangeOfPack(fileOf(other))), isSamePack)
    }),
  )
})

test('blobs of one pack are told apart', () => {
  fc.assert(
    fc.property(file, number, number, number, number, (pack, ...[a, b, c, d]) => {
      const [one, other] = [
        blobAt(pack, { firstPage: a, pages: b }),
        blobAt(pack, { firstPage: c, pages: d }),
      ]
      const column = encodeLocator({ kind: 'blob', blob: one, offset: 0 })
      assert.equal(isWithin(column, rangeOfBlob(other)), a === c && b === d)
    }),
  )
})
