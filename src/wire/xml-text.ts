/** The characters of an XML document: what may stand in it at all, its declaration, and where a CDATA section ends. */

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
  let before = 0
  // An index costs a third of an iterator, and a look back a half of a look ahead.
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at] as number
    if (byte !== lineFeed || before !== carriageReturn) {
      kept[size] = byte === carriageReturn ? lineFeed : byte
      size += 1
    }
    before = byte
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

/** Whether XML allows the character of this code point. */
export function isXmlCharacter(code: number): boolean {
  if (code < 0x20) return code === 0x09 || code === lineFeed || code === carriageReturn
  const isSurrogate = code >= 0xd800 && code <= 0xdfff
  return code <= 0x10ffff && !isSurrogate && code !== 0xfffe && code !== 0xffff
}

const greaterThan = 0x3e
const closingBracket = 0x5d

/** Where `]]>` stands. Unit by unit, because a search forwards starts anew at each bracket of a text that is full of them. */
export function sectionEnd(text: string, start: number): number | undefined {
  let brackets = 0
  for (let at = start; at < text.length; at++) {
    const unit = text.charCodeAt(at)
    if (unit === greaterThan && brackets >= 2) return at - 2
    brackets = unit === closingBracket ? brackets + 1 : 0
  }
  return undefined
}
