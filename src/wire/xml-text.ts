/** The characters of an XML document: what may stand in it at all, its declaration, and the entities in its text. */
import { S3Error } from '../model/errors.ts'

// oxlint-disable-next-line no-control-regex -- control characters are what is looked for
const forbidden = /[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/
const utf8 = new TextDecoder('utf-8', { fatal: true })

/** `bytes` as text with line ends as XML reads them; undefined unless they are UTF-8 and hold only what XML allows. */
export function decodeText(bytes: Uint8Array): string | undefined {
  const text = decodeUtf8(bytes.includes(carriageReturn) ? withLineFeeds(bytes) : bytes)
  return text === undefined || forbidden.test(text) ? undefined : text
}

const carriageReturn = 0x0d
const lineFeed = 0x0a

/** In bytes, for a document may be line ends throughout; in UTF-8 neither byte is a part of anything else. */
function withLineFeeds(bytes: Uint8Array): Uint8Array {
  const kept = new Uint8Array(bytes.length)
  let size = 0
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at] ?? 0
    if (byte === carriageReturn && bytes[at + 1] === lineFeed) continue
    kept[size] = byte === carriageReturn ? lineFeed : byte
    size += 1
  }
  return kept.subarray(0, size)
}

/** `bytes` as text without a byte order mark; undefined unless they are UTF-8. */
export function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return utf8.decode(bytes)
  } catch {
    return undefined
  }
}

const declaration =
  /^<\?xml[ \t\n]+version[ \t\n]*=[ \t\n]*(?:"1\.0"|'1\.0')(?:[ \t\n]+encoding[ \t\n]*=[ \t\n]*(?:"([\w.-]{1,40})"|'([\w.-]{1,40})'))?(?:[ \t\n]+standalone[ \t\n]*=[ \t\n]*(?:"(?:yes|no)"|'(?:yes|no)'))?[ \t\n]*\?>/

/** Where the document begins: behind its declaration, if it has one. Undefined when that is wrong or names no UTF-8. */
export function declarationEnd(text: string): number | undefined {
  if (!text.startsWith('<?')) return 0
  const found = declaration.exec(text)
  if (found === null) return undefined
  const encoding = found[1] ?? found[2] ?? 'utf-8'
  return /^utf-?8$/i.test(encoding) ? found[0].length : undefined
}

const named: ReadonlyMap<string, string> = new Map([
  ['amp', '&'],
  ['lt', '<'],
  ['gt', '>'],
  ['quot', '"'],
  ['apos', "'"],
])

/** Characters between '&' and ';': `#x10FFFF` with a few leading zeros. */
const entityCharactersMax = 12

/** Text with its entities resolved. Throws MalformedXML for any but the five names and characters that XML allows. */
export function unescapeXml(text: string): string {
  if (text.includes(']]>')) throw new S3Error('MalformedXML')
  let ampersand = text.indexOf('&')
  if (ampersand < 0) return text
  let result = ''
  let done = 0
  while (ampersand >= 0) {
    const end = text.indexOf(';', ampersand)
    if (end < 0 || end - ampersand > entityCharactersMax + 1) throw new S3Error('MalformedXML')
    result += text.slice(done, ampersand) + characterOf(text.slice(ampersand + 1, end))
    done = end + 1
    ampersand = text.indexOf('&', done)
  }
  return result + text.slice(done)
}

const decimal = /^#[0-9]+$/
const hexadecimal = /^#x[0-9A-Fa-f]+$/

function characterOf(entity: string): string {
  const known = named.get(entity)
  if (known !== undefined) return known
  const isDecimal = decimal.test(entity)
  if (!isDecimal && !hexadecimal.test(entity)) throw new S3Error('MalformedXML')
  const code = isDecimal
    ? Number.parseInt(entity.slice(1), 10)
    : Number.parseInt(entity.slice(2), 16)
  const isPlain = code >= 0x20 && code < 0xd800
  if (isPlain) return String.fromCharCode(code)
  const isSurrogate = code >= 0xd800 && code <= 0xdfff
  if (code > 0x10ffff || isSurrogate) throw new S3Error('MalformedXML')
  const character = String.fromCodePoint(code)
  if (forbidden.test(character)) throw new S3Error('MalformedXML')
  return character
}
