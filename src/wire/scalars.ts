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

/** `2026-11-21T10:00:00.000Z`, always with milliseconds: old clients cannot read it without. */
export function writeIsoDate(date: Date): string {
  const time = date.getTime()
  if (time !== written.time) written = { time, text: date.toISOString() }
  return written.text
}

/** Rows of a listing that were written in the same second: a pure function's last result. */
let written = { time: Number.NaN, text: '' }

/** `Sat, 21 Nov 2026 10:00:00 GMT`. */
export function writeHttpDate(date: Date): string {
  return date.toUTCString()
}
