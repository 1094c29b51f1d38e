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
  const time = date.getTime()
  const begin = Math.floor(time / dayMillis) * dayMillis
  if (begin !== day.begin) day = { begin, text: date.toISOString().slice(0, -clockLength) }
  return day.text + clockText(time - begin)
}

const dayMillis = 86_400_000
const clockLength = '10:00:00.000Z'.length

/** Rows of a listing that were written on the same day: a pure function's last result. */
let day = { begin: Number.NaN, text: '' }

function clockText(millis: number): string {
  const seconds = Math.floor(millis / 1000)
  const minutes = Math.floor(seconds / 60)
  const fraction = millis % 1000
  const end = fraction === 0 ? '.000Z' : `.${String(fraction).padStart(3, '0')}Z`
  return `${digits(Math.floor(minutes / 60))}:${digits(minutes % 60)}:${digits(seconds % 60)}${end}`
}

const twoDigits = Array.from({ length: 60 }, (_, number) => String(number).padStart(2, '0'))

function digits(number: number): string {
  return twoDigits[number] ?? ''
}

/** `Sat, 21 Nov 2026 10:00:00 GMT`. */
export function writeHttpDate(date: Date): string {
  return date.toUTCString()
}
