/** The pool of buffers in which blobs gather: three sizes, no two in one place, none too small for what was asked. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { kibibyte, mebibyte } from '../../../src/base/limits.ts'
import { blockBytes } from '../../../src/stores/blobs/block-checksum.ts'
import { pieceBytes, Pieces } from '../../../src/stores/blobs/pieces.ts'

const big = mebibyte + blockBytes
const medium = 256 * kibibyte + blockBytes
const pageBytes = 4096

function taken(pieces: Pieces, count: number): readonly Uint8Array[] {
  return Array.from({ length: count }, () => pieces.take(1))
}

test('after 32 big pieces come 64 of a quarter, on pages, then what was asked for; none lies on another', () => {
  const pieces = new Pieces()
  const all = taken(pieces, 100)
  const sizes = [...Array<number>(32).fill(big), ...Array<number>(64).fill(medium)]
  assert.deepEqual(
    all.map((piece) => piece.length),
    [...sizes, ...Array<number>(4).fill(pageBytes)],
  )
  const pooled = all.slice(0, sizes.length)
  const places = pooled.toSorted((a, b) => a.byteOffset - b.byteOffset)
  for (const [index, piece] of places.entries()) {
    assert.equal(piece.byteOffset % pageBytes, 0)
    const next = places[index + 1]
    if (next !== undefined) assert.ok(piece.byteOffset + piece.length <= next.byteOffset)
  }
})

test('what was given back is taken again, the big ones first', () => {
  const pieces = new Pieces()
  const all = taken(pieces, 97)
  const [aBig, aMedium, aSmall] = [all[3], all[40], all[96]]
  assert.ok(aBig !== undefined && aMedium !== undefined && aSmall !== undefined)
  for (const piece of [aMedium, aSmall, aBig]) pieces.release(piece)
  assert.deepEqual(
    taken(pieces, 3).map((piece) => piece.byteOffset),
    [aBig.byteOffset, aMedium.byteOffset, 0],
  )
})

test('a piece holds what was asked for, whatever there is', () => {
  const pieces = new Pieces()
  const asked = [1, medium, medium + 1, pieceBytes, pieceBytes + 1, 3 * mebibyte + 5]
  for (const bytesMin of [...asked, ...asked]) {
    const { length } = pieces.take(bytesMin)
    assert.ok(length >= bytesMin && length % pageBytes === 0)
    taken(pieces, 9)
  }
})
