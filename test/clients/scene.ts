/**
 * What every client is asked to do, told once: one object in three uneven parts, the third sent first, the second sent
 * twice with other bytes the first time.
 */
import { mebibyte } from '../../src/base/limits.ts'
import { multipartETag, seededBytes } from './bytes.ts'

export interface Scene {
  /** In order of their numbers, 1 to 3; only the last is below 5 MiB. */
  readonly parts: readonly Buffer[]
  /** What part 2 holds before it is sent again. */
  readonly replaced: Buffer
  readonly whole: Buffer
  readonly etag: string
  /** A range that begins in part 1 and ends in part 3, both ends included, as HTTP counts. */
  readonly range: { readonly first: number; readonly last: number }
}

export function createScene(seed: string): Scene {
  const sizes = [6 * mebibyte + 1, 5 * mebibyte, mebibyte + 7]
  const parts = sizes.map((size, at) => seededBytes(`${seed} part ${at + 1}`, size))
  const whole = Buffer.concat(parts)
  return {
    parts,
    replaced: seededBytes(`${seed} replaced`, 5 * mebibyte + 3),
    whole,
    etag: multipartETag(parts),
    range: { first: 6 * mebibyte - 5, last: whole.length - mebibyte },
  }
}

/** The bytes of the scene's range. */
export function rangeOf({ whole, range }: Scene): Buffer {
  return whole.subarray(range.first, range.last + 1)
}
