/** Comparing secrets: in the same time whatever they hold, and whatever their lengths. */
import { hash, timingSafeEqual } from 'node:crypto'

/** `timingSafeEqual` throws for unequal lengths, so digests are compared instead of the texts. */
export function isSame(given: string, expected: string): boolean {
  return timingSafeEqual(digest(given), digest(expected))
}

function digest(text: string): Buffer {
  return hash('sha256', text, 'buffer')
}
