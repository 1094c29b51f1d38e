/** The entities in the text of an XML document: XML's own five names and numbered characters, counted over the whole document. */
import { S3Error, type ErrorCode } from '../model/errors.ts'
import { isXmlCharacter } from './xml-text.ts'

/**
 * Entities of one document. The most that S3 can be asked to read are 1,000 keys of 1,024 bytes, each byte written as an entity:
 * 1,024,000. The ETags and checksums of 10,000 parts have a few ten thousands where a client escapes what it need not.
 */
export const xmlEntitiesMax = 1_050_000

/** Digits of a numbered character: U+10FFFF has seven decimal ones, and zeros may lead. */
const digitsMax = 10

const hash = 0x23
const semicolon = 0x3b
const lowerX = 0x78
const zero = 0x30
const lowerA = 0x61
/** In this bit a capital letter differs from a small one; no digit lacks it. */
const smallBit = 0x20

interface Named {
  /** What stands behind the ampersand. */
  readonly name: string
  readonly code: number
}

/** By their first letter. */
const named: ReadonlyMap<number, readonly Named[]> = Map.groupBy(
  [
    { name: 'lt;', code: 0x3c },
    { name: 'gt;', code: 0x3e },
    { name: 'amp;', code: 0x26 },
    { name: 'quot;', code: 0x22 },
    { name: 'apos;', code: 0x27 },
  ],
  ({ name }) => name.charCodeAt(0),
)
const none: readonly Named[] = []

/** UTF-16 on its way into a string, and its bytes. Every text uses the same memory, for none stays in it. */
const units = new Uint16Array(4096)
const unitBytes = Buffer.from(units.buffer)
/** Units between two entities up to which they are copied one by one. */
const shortStretch = 16
/** There is room for one more stretch and a character of two units. */
const unitsMax = units.length - shortStretch - 2

/** Those of one document. */
export class XmlEntities {
  readonly #wrong: ErrorCode
  #left = xmlEntitiesMax
  /** Behind the entity that was read last. */
  #end = 0

  /** `wrong` is what it throws. */
  constructor(wrong: ErrorCode) {
    this.#wrong = wrong
  }

  /** So many were read. Throws where they are too many. */
  count(read: number): void {
    this.#left -= read
    if (this.#left < 0) throw new S3Error(this.#wrong)
  }

  /** Text with its entities resolved. Throws for any other name, a character XML does not allow, and too many. */
  resolve(text: string): string {
    const first = text.indexOf('&')
    if (first < 0) return text
    const resolved = this.#from(text, first)
    return text.slice(0, first) + resolved + text.slice(this.#end)
  }

  /**
   * From the first ampersand to the end of the last entity. Unit by unit, because a text may be nothing but entities, and a string
   * for each would cost more than all the rest; only longer stretches between two, such as an ETag in its quotes, are taken whole.
   */
  #from(text: string, first: number): string {
    let result = ''
    let size = 0
    for (let next = first; next >= 0;) {
      size = write(this.#entity(text, next + 1), size)
      const at = this.#end
      next = text.indexOf('&', at)
      const stretch = text.slice(at, Math.max(at, next))
      const isShort = stretch.length <= shortStretch
      if (isShort) size = writeUnits(stretch, size)
      if (isShort && size < unitsMax) continue
      result += written(size)
      if (!isShort) result += stretch
      size = 0
    }
    return result + written(size)
  }

  /** The character whose name or number begins at `at`. */
  #entity(text: string, at: number): number {
    this.count(1)
    return text.charCodeAt(at) === hash ? this.#numbered(text, at + 1) : this.#named(text, at)
  }

  #named(text: string, at: number): number {
    for (const { name, code } of named.get(text.charCodeAt(at)) ?? none) {
      if (!text.startsWith(name, at)) continue
      this.#end = at + name.length
      return code
    }
    throw new S3Error(this.#wrong)
  }

  #numbered(text: string, at: number): number {
    const isHexadecimal = text.charCodeAt(at) === lowerX
    const base = isHexadecimal ? 16 : 10
    const start = isHexadecimal ? at + 1 : at
    let code = 0
    let end = start
    for (; text.charCodeAt(end) !== semicolon; end++) {
      const digit = digitOf(text.charCodeAt(end))
      if (!(digit < base) || end - start === digitsMax) throw new S3Error(this.#wrong)
      code = code * base + digit
    }
    if (end === start || !isXmlCharacter(code)) throw new S3Error(this.#wrong)
    this.#end = end + 1
    return code
  }
}

/** NaN, or more than any base has, for what is no digit. */
function digitOf(unit: number): number {
  if (unit < zero + 10) return unit < zero ? NaN : unit - zero
  const letter = (unit | smallBit) - lowerA
  return letter < 0 ? NaN : letter + 10
}

/** Answers how many units there are now. */
function write(code: number, size: number): number {
  if (code <= 0xffff) {
    units[size] = code
    return size + 1
  }
  units[size] = 0xd800 + ((code - 0x10000) >> 10)
  units[size + 1] = 0xdc00 + (code & 0x3ff)
  return size + 2
}

function writeUnits(text: string, size: number): number {
  for (let at = 0; at < text.length; at++) units[size + at] = text.charCodeAt(at)
  return size + text.length
}

function written(size: number): string {
  if (size === 1) return String.fromCharCode(units[0] ?? 0)
  return unitBytes.toString('utf16le', 0, size * units.BYTES_PER_ELEMENT)
}
