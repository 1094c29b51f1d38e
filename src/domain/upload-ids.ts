/**
 * Upload ids: opaque to clients, unguessable, and in order of age, so that uploads sorted by id are sorted by initiation.
 *
 * Nine digits of time in units of 1/1024 ms, then 22 digits that hold 128 random bits. The digits are the 64 characters
 * that need no escape in a URL, in the order of their bytes, so the order of ids as text is the order of their time.
 */
import type { Chance } from '../base/chance.ts'
import type { Instant } from '../base/clock.ts'

const digits = '-0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz'
const shape = /^[-0-9A-Z_a-z]{31}$/
/** 54 bits: enough beyond the year 2500, and exact as a double until 2248. */
const timeDigits = 9
const ticksPerMs = 1024
const randomBytes = 16

export class UploadIds {
  readonly #chance: Chance
  #last = 0

  constructor(chance: Chance) {
    this.#chance = chance
  }

  /** An id that is new and, among those of this process, greater than all before it, even within one millisecond. */
  next(now: Instant): string {
    this.#last = Math.max(now * ticksPerMs, this.#last + 1)
    return inDigits(this.#last) + Buffer.from(this.#chance.bytes(randomBytes)).toString('base64url')
  }
}

/** The text could be an id of ours: what a marker must be, although its upload may be gone. */
export function isUploadId(text: string): boolean {
  return shape.test(text)
}

/** The id as it was given out: some clients write `uploadId=…=`, an empty parameter after the value. */
export function uploadIdOf(text: string): string {
  let end = text.length
  while (text.charAt(end - 1) === '=') end--
  return text.slice(0, end)
}

function inDigits(ticks: number): string {
  let text = ''
  for (let rest = ticks; text.length < timeDigits; rest = Math.floor(rest / digits.length)) {
    text = digits.charAt(rest % digits.length) + text
  }
  return text
}
