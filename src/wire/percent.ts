/** Percent-encoding as S3 means it (RFC 3986 over UTF-8): decoded once and strictly, encoded in one way only. */
import { S3Error } from '../model/errors.ts'

/** `text` holds one char per byte, as received; '+' stays a plus. Throws InvalidURI for bad escapes and bad UTF-8. */
export function percentDecode(text: string): string {
  if (/^[\x20-\x24\x26-\x7e]*$/.test(text)) return text
  const ascii = text.replace(/[\x80-\xff]/g, (byte) => escaped(byte.charCodeAt(0)))
  try {
    return decodeURIComponent(ascii)
  } catch {
    throw new S3Error('InvalidURI')
  }
}

/** Every byte but the unreserved `A-Z a-z 0-9 - . _ ~`, with upper-case hex, as SigV4 wants names and values. */
export function percentEncode(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (char) => escaped(char.charCodeAt(0)))
}

const plainPath = /^[\w\-.~/]*$/

/** The same for a path, whose slashes stay. */
export function percentEncodePath(path: string): string {
  if (plainPath.test(path)) return path
  return percentEncode(path).replaceAll('%2F', '/')
}

function escaped(byte: number): string {
  return `%${byte.toString(16).toUpperCase().padStart(2, '0')}`
}
