/** The two ways in which a signed request tells its time. */
import type { Instant } from '../base/clock.ts'

export interface Timestamp {
  /** ISO 8601 basic form: yyyyMMdd'T'HHmmss'Z'. */
  readonly text: string
  readonly instant: Instant
}

const basic = /^(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})Z$/

/** The requests of a second say the same time: a pure function's last result. */
let last: Timestamp | undefined

/** undefined when `text` is not a time in ISO 8601 basic form. */
export function readBasicTime(text: string): Timestamp | undefined {
  if (last?.text === text) return last
  const read = parseBasicTime(text)
  if (read !== undefined) last = read
  return read
}

function parseBasicTime(text: string): Timestamp | undefined {
  const digits = basic.exec(text)
  if (digits === null) return undefined
  const [year = 0, month = 0, ...rest] = digits.slice(1).map(Number)
  const [day = 0, hour = 0, minute = 0, second = 0] = rest
  const instant = Date.UTC(year, month - 1, day, hour, minute, second)
  // A day that does not exist would silently become another one.
  return basicTime(instant) === text ? { text, instant } : undefined
}

const mailDate =
  /^[A-Z][a-z]{2}, \d{1,2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} (?:GMT|UTC|[+-]\d{4})$/

/**
 * The same for a Date header: ISO 8601 basic form as some signers put there, or RFC 5322's with the zones and days that AWS
 * takes: UTC of Go's clients (goamz, rclone), +0100 (aws/aws-sdk-ruby#154), one digit for the days 1 to 9 (goofys).
 */
export function readDateHeader(text: string): Timestamp | undefined {
  const direct = readBasicTime(text)
  if (direct !== undefined) return direct
  const instant = mailDate.test(text) ? Date.parse(text) : Number.NaN
  return Number.isNaN(instant) ? undefined : { text: basicTime(instant), instant }
}

export function basicTime(instant: Instant): string {
  return isoTime(instant).replaceAll(/[-:]/g, '')
}

/** ISO 8601 with seconds, as S3's errors tell the server's time. */
export function isoTime(instant: Instant): string {
  return `${new Date(instant).toISOString().slice(0, 19)}Z`
}
