/** Comparing secrets: in the same time whatever they hold, and whatever their lengths. */
import { hash, timingSafeEqual } from 'node:crypto'

/** `timingSafeEqual` throws for unequal lengths, so digests are compared instead of the texts. */
export function isSame(given: string, expected: string): boolean {
  return timingSafeEqual(digest(given), digest(expected))
}

/** Hex digits of a signature, whose number is no secret: only how far two of them agree must not be told. */
export function isSameSignature(given: string, expected: string): boolean {
  const [bytes, wanted] = [Buffer.from(given), Buffer.from(expected)]
  return bytes.length === wanted.length && timingSafeEqual(bytes, wanted)
}

function digest(text: string): Buffer {
  return hash('sha256', text, 'buffer')
}
