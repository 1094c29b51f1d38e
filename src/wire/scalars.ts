/** Single values between the wire's text and ours. Reading answers undefined for what is not of the type, to the letter. */

const integer = /^-?[0-9]{1,19}$/

/** No sign but '-', no hex, no exponent, no white space, nothing that a double cannot hold. */
export function readInteger(text: string): number | undefined {
  if (!integer.test(text)) return undefined
  const value = Number(text)
  return Number.isSafeInteger(value) ? value : undefined
}

export function readBoolean(text: string): boolean | undefined {
  const lower = text.toLowerCase()
  if (lower === 'true') return true
  return lower === 'false' ? false : undefined
}

const iso = /^\d{4}-\d\d-\d\d(?:T\d\d:\d\d:\d\d(?:\.\d{1,9})?(Z|[+-]\d\d:\d\d)?)?$/
const epochSeconds = /^\d{1,12}(?:\.\d{1,3})?$/
/** The three forms of RFC 9110 §5.6.7: IMF-fixdate, RFC 850, asctime. */
const http =
  /^(?:[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d (?:GMT|UTC|[+-]\d{4})|[A-Z][a-z]{5,8}, \d\d-[A-Z][a-z]{2}-\d\d \d\d:\d\d:\d\d GMT|[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d \d{4})$/

/** An HTTP date, ISO 8601, or seconds since 1970; without a zone it is UTC. */
export function readTimestamp(text: string): Date | undefined {
  const found = iso.exec(text)
  if (found !== null)
    return dateOf(text.includes('T') && found[1] === undefined ? `${text}Z` : text)
  if (epochSeconds.test(text)) return new Date(Number(text) * 1000)
  if (!http.test(text)) return undefined
  return dateOf(/\d{4}$/.test(text) && !/[+-]\d{4}$/.test(text) ? `${text} GMT` : text)
}

function dateOf(text: string): Date | undefined {
  const time = Date.parse(text)
  return Number.isNaN(time) ? undefined : new Date(time)
}

/** `2026-11-21T10:00:00.000Z`, always with milliseconds: old clients cannot read it without. Throws RangeError for an invalid date. */
export function writeIsoDate(date: Date): string {
  const { begin, iso } = dayOf(date)
  const millis = date.getTime() - begin
  const fraction = millis % 1000
  const end = fraction === 0 ? '.000Z' : `.${String(fraction).padStart(3, '0')}Z`
  return iso + clockText(millis) + end
}

/** `Sat, 21 Nov 2026 10:00:00 GMT`. Throws RangeError for an invalid date. */
export function writeHttpDate(date: Date): string {
  const { begin, http } = dayOf(date)
  return `${http}${clockText(date.getTime() - begin)} GMT`
}

const dayMillis = 86_400_000

interface Day {
  readonly begin: number
  /** What stands before the time of day. */
  readonly iso: string
  readonly http: string
}

/** Much that is told was written on the same day: a pure function's last result. */
let day: Day = { begin: Number.NaN, iso: '', http: '' }

function dayOf(date: Date): Day {
  const begin = Math.floor(date.getTime() / dayMillis) * dayMillis
  if (begin === day.begin) return day
  const iso = date.toISOString().slice(0, -'10:00:00.000Z'.length)
  const http = date.toUTCString().slice(0, -'10:00:00 GMT'.length)
  day = { begin, iso, http }
  return day
}

function clockText(millis: number): string {
  const seconds = Math.floor(millis / 1000)
  const minutes = Math.floor(seconds / 60)
  return `${digits(Math.floor(minutes / 60))}:${digits(minutes % 60)}:${digits(seconds % 60)}`
}

const twoDigits = Array.from({ length: 60 }, (_, number) => String(number).padStart(2, '0'))

function digits(number: number): string {
  return twoDigits[number] ?? ''
}
