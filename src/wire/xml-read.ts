/**
 * Reads XML that came from anywhere: strict, bounded, in one pass over the text. There is no document type, no processing
 * instruction and no entity but the five of XML itself, so that nothing can be made to grow or to be fetched; every search
 * either moves on or ends the reading, so that time stays linear in the length. Whatever is wrong is MalformedXML.
 */
import { S3Error } from '../model/errors.ts'
import { declarationEnd, decodeText, unescapeXml } from './xml-text.ts'

/** Elements inside each other. S3's deepest document (replication rules) needs eight. */
export const xmlDepthMax = 16
/** Attributes of one element; S3 uses one, beside the namespaces. */
export const xmlAttributesMax = 16
/**
 * Elements of one document: 10,000 parts with all that a part may say are 130,002, and each takes time, however short the
 * document that holds them.
 */
export const xmlElementsMax = 150_000
/** Characters of the name of an element or attribute, prefix included. */
export const xmlNameCharactersMax = 128

export function malformedXml(): S3Error {
  return new S3Error('MalformedXML')
}

const name = /[A-Za-z_][\w.-]*(?::[A-Za-z_][\w.-]*)?/y
const space = /[ \t\n]*/y
const onlySpace = /^[ \t\n]*$/

const lessThan = 0x3c
const greaterThan = 0x3e
const blank = 0x20
const slash = 0x2f
const exclamation = 0x21
const question = 0x3f
const noAttributes: ReadonlyMap<string, string> = new Map()

/**
 * A cursor in a document. It stands inside an element; `child` enters the next one inside it, and each element entered is
 * left by reading it to its end: with `text`, with `skip`, or with `child` until that answers undefined.
 * Names are given without their prefix: some clients write `<ns0:Part xmlns:ns0=…>`.
 */
export class XmlReader {
  readonly #text: string
  #at: number
  /** Full names of the elements that are open, outermost first. */
  readonly #open: string[] = []
  #entered = 0
  /** The element just entered was self-closing: its end is here. */
  #empty = false
  #attributes: ReadonlyMap<string, string> = noAttributes

  /** Throws MalformedXML unless `bytes` are UTF-8 text of characters that XML allows. */
  constructor(bytes: Uint8Array) {
    const text = decodeText(bytes)
    if (text === undefined) throw malformedXml()
    this.#text = text
    const start = declarationEnd(text)
    if (start === undefined) throw malformedXml()
    this.#at = start
  }

  /** Attributes of the element that was entered last, by name without prefix; namespaces are left out. */
  get attributes(): ReadonlyMap<string, string> {
    return this.#attributes
  }

  /** Enters the root. */
  root(): string {
    this.#expectSpace(this.#textTo('<'))
    this.#skipComments()
    return this.#enter()
  }

  /** Throws MalformedXML when anything but white space and comments follows the root. */
  end(): void {
    while (this.#at < this.#text.length) {
      const next = this.#text.indexOf('<', this.#at)
      this.#expectSpace(this.#text.slice(this.#at, next < 0 ? undefined : next))
      this.#at = next < 0 ? this.#text.length : next
      if (next >= 0 && !this.#comment()) throw malformedXml()
    }
  }

  /** Enters the next element inside this one, or leaves this one and answers undefined. Text between is MalformedXML. */
  child(): string | undefined {
    if (this.#leaveEmpty()) return undefined
    this.#expectSpace(this.#textTo('<'))
    this.#skipComments()
    if (this.#text.charCodeAt(this.#at + 1) !== slash) return this.#enter()
    this.#leave()
    return undefined
  }

  /** The text of this element, which it leaves. An element inside is MalformedXML. */
  text(): string {
    if (this.#leaveEmpty()) return ''
    let text = unescapeXml(this.#textTo('<'))
    while (this.#text.charCodeAt(this.#at + 1) === exclamation) {
      text += this.#comment() ? '' : this.#cdata()
      text += unescapeXml(this.#textTo('<'))
    }
    if (this.#text.charCodeAt(this.#at + 1) !== slash) throw malformedXml()
    this.#leave()
    return text
  }

  /** Leaves this element, whatever is inside. */
  skip(): void {
    const depth = this.#open.length
    while (this.#open.length >= depth) {
      if (this.#leaveEmpty()) continue
      unescapeXml(this.#textTo('<'))
      const next = this.#text.charCodeAt(this.#at + 1)
      if (next === slash) this.#leave()
      else if (next !== exclamation) this.#enter()
      else if (!this.#comment()) this.#cdata()
    }
  }

  /** Text up to the next `mark`, which must come; the cursor stands on it. */
  #textTo(mark: string): string {
    const end = this.#text.indexOf(mark, this.#at)
    if (end < 0) throw malformedXml()
    const text = this.#text.slice(this.#at, end)
    this.#at = end
    return text
  }

  #expectSpace(text: string): void {
    if (text !== '' && !onlySpace.test(text)) throw malformedXml()
  }

  #skipComments(): void {
    while (this.#text.charCodeAt(this.#at + 1) === exclamation) {
      if (!this.#comment()) throw malformedXml()
      this.#expectSpace(this.#textTo('<'))
    }
  }

  /** Passes a comment if one stands here. */
  #comment(): boolean {
    if (!this.#text.startsWith('<!--', this.#at)) return false
    const end = this.#text.indexOf('--', this.#at + 4)
    if (end < 0 || this.#text[end + 2] !== '>') throw malformedXml()
    this.#at = end + 3
    return true
  }

  #cdata(): string {
    if (!this.#text.startsWith('<![CDATA[', this.#at)) throw malformedXml()
    this.#at += '<![CDATA['.length
    const text = this.#textTo(']]>')
    this.#at += ']]>'.length
    return text
  }

  /** The start tag that stands here. Answers the name without prefix. */
  #enter(): string {
    const first = this.#text.charCodeAt(this.#at + 1)
    if (this.#text.charCodeAt(this.#at) !== lessThan || first === question) throw malformedXml()
    this.#entered += 1
    if (this.#open.length === xmlDepthMax || this.#entered > xmlElementsMax) throw malformedXml()
    this.#at += 1
    const full = this.#name()
    this.#attributes = this.#readAttributes()
    this.#open.push(full)
    this.#empty = this.#text.charCodeAt(this.#at) === slash
    if (this.#empty) this.#at += 1
    this.#expect('>')
    return localName(full)
  }

  #leaveEmpty(): boolean {
    if (!this.#empty) return false
    this.#empty = false
    this.#open.pop()
    return true
  }

  /** The end tag that stands here. */
  #leave(): void {
    this.#at += 2
    if (this.#name() !== this.#open.pop()) throw malformedXml()
    this.#passSpace()
    this.#expect('>')
  }

  #readAttributes(): ReadonlyMap<string, string> {
    if (!this.#startsName()) return noAttributes
    const found = new Map<string, string>()
    const local = new Map<string, string>()
    while (this.#passSpace() && this.#startsName()) {
      const full = this.#name()
      if (found.has(full) || found.size === xmlAttributesMax) throw malformedXml()
      found.set(full, this.#attributeValue())
      const isNamespace = full === 'xmlns' || full.startsWith('xmlns:')
      if (!isNamespace) local.set(localName(full), found.get(full) ?? '')
    }
    return local
  }

  #startsName(): boolean {
    const next = this.#text.charCodeAt(this.#at)
    return next !== greaterThan && next !== slash
  }

  #attributeValue(): string {
    this.#passSpace()
    this.#expect('=')
    this.#passSpace()
    const quote = this.#text[this.#at]
    if (quote !== '"' && quote !== "'") throw malformedXml()
    this.#at += 1
    const value = this.#textTo(quote)
    this.#at += 1
    if (value.includes('<')) throw malformedXml()
    return unescapeXml(value)
  }

  #name(): string {
    name.lastIndex = this.#at
    const isName = name.test(this.#text)
    if (!isName || name.lastIndex - this.#at > xmlNameCharactersMax) throw malformedXml()
    const found = this.#text.slice(this.#at, name.lastIndex)
    this.#at = name.lastIndex
    return found
  }

  /** True when there was white space to pass. */
  #passSpace(): boolean {
    if (this.#text.charCodeAt(this.#at) > blank) return false
    space.lastIndex = this.#at
    space.test(this.#text)
    const passed = space.lastIndex > this.#at
    this.#at = space.lastIndex
    return passed
  }

  #expect(character: string): void {
    if (this.#text[this.#at] !== character) throw malformedXml()
    this.#at += 1
  }
}

function localName(full: string): string {
  const colon = full.indexOf(':')
  return colon < 0 ? full : full.slice(colon + 1)
}
