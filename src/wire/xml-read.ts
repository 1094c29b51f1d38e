/**
 * Reads XML that came from anywhere: strict, bounded, in one pass over the text. There is no document type, no processing
 * instruction and no entity but the five of XML itself, so that nothing can be made to grow or to be fetched; every search
 * either moves on or ends the reading, so that time stays linear in the length. Whatever is wrong is MalformedXML, or what S3 says
 * of the one document that has an error of its own.
 */
import { S3Error, type ErrorCode } from '../model/errors.ts'
import { XmlEntities } from './xml-entities.ts'
import { plainItem } from './xml-plain.ts'
import { declarationEnd, decodeText, sectionEnd } from './xml-text.ts'

/** Elements inside each other. S3's deepest document (replication rules) needs eight. */
export const xmlDepthMax = 16
/** Attributes of one element; S3 uses one, beside the namespaces. */
export const xmlAttributesMax = 16
/**
 * Elements, attributes, comments and CDATA sections of one document, where its operation says no other number: a list of 1,000
 * deletions with all that each may say has 6,001. Each takes time, however short the document that holds them.
 */
export const xmlMarkupMax = 50_000
/**
 * Characters of the text of one element. A key has 1,024 bytes and nothing else in the documents that are offered has more; what is
 * longer would be answered again in an error, six times as long where it is quotes.
 */
export const xmlTextCharactersMax = 16_384
/** The most characters by which one can be written: `&#x`, ten digits and a semicolon. */
const characterLengthMax = 14
/** Characters of the name of an element or attribute, prefix included. */
export const xmlNameCharactersMax = 128

const name = /[A-Za-z_][\w.-]*(?::[A-Za-z_][\w.-]*)?/y
const space = /[ \t\n]*/y

const lessThan = 0x3c
const greaterThan = 0x3e
const blank = 0x20
const slash = 0x2f
const exclamation = 0x21
const question = 0x3f
const noAttributes: ReadonlyMap<string, string> = new Map()

/** What one document has otherwise than the others. */
export interface XmlRules {
  /** What is thrown for whatever is wrong; MalformedXML when not given. */
  readonly wrong?: ErrorCode | undefined
  /** As xmlMarkupMax. */
  readonly markupMax?: number | undefined
}

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
  #markup = 0
  readonly #entities: XmlEntities
  readonly #wrong: ErrorCode
  readonly #markupMax: number
  /** The element just entered was self-closing: its end is here. */
  #empty = false
  #attributes: ReadonlyMap<string, string> = noAttributes

  /** Throws what all of this throws unless `bytes` are UTF-8 text of characters that XML allows. */
  constructor(bytes: Uint8Array, rules: XmlRules = {}) {
    const { wrong = 'MalformedXML', markupMax = xmlMarkupMax } = rules
    this.#wrong = wrong
    this.#markupMax = markupMax
    this.#entities = new XmlEntities(wrong)
    const text = decodeText(bytes)
    if (text === undefined) throw this.malformed()
    this.#text = text
    const start = declarationEnd(text)
    if (start === undefined) throw this.malformed()
    this.#at = start
  }

  /** Attributes of the element that was entered last, by name without prefix; namespaces are left out. */
  get attributes(): ReadonlyMap<string, string> {
    return this.#attributes
  }

  /** What is wrong with the document, for who finds its contents wrong. */
  malformed(): S3Error {
    return new S3Error(this.#wrong)
  }

  /** Enters the root. */
  root(): string {
    this.#passBetween()
    return this.#enter()
  }

  /** Throws MalformedXML when anything but white space and comments follows the root. */
  end(): void {
    this.#passBetween()
    if (this.#at < this.#text.length) throw this.malformed()
  }

  /** Enters the next element inside this one, or leaves this one and answers undefined. Text between is MalformedXML. */
  child(): string | undefined {
    if (this.#leaveEmpty()) return undefined
    this.#passBetween()
    if (this.#text.charCodeAt(this.#at + 1) !== slash) return this.#enter()
    this.#leave()
    return undefined
  }

  /** Reads the next element inside this one, if it is called so and holds a few texts and nothing else: their names and texts in turn. */
  plainChild(called: string): readonly string[] | undefined {
    const deepest = this.#open.length + 2
    const item = this.#empty ? undefined : plainItem(this.#text, this.#at, called)
    if (item === undefined || deepest > xmlDepthMax) return undefined
    this.#at += item.characters
    this.#count(1 + item.pairs.length / 2)
    this.#entities.count(item.entities)
    return item.pairs
  }

  /** The text of this element, which it leaves. An element inside is MalformedXML. */
  text(): string {
    if (this.#leaveEmpty()) return ''
    let text = this.#resolved(this.#textTo('<'))
    while (this.#text.charCodeAt(this.#at + 1) === exclamation) {
      text += this.#comment() ? '' : this.#cdata()
      text += this.#resolved(this.#textTo('<'))
    }
    const isTooLong = text.length > xmlTextCharactersMax
    if (isTooLong || this.#text.charCodeAt(this.#at + 1) !== slash) throw this.malformed()
    this.#leave()
    return text
  }

  /** Leaves this element, whatever is inside. */
  skip(): void {
    const depth = this.#open.length
    while (this.#open.length >= depth) {
      if (this.#leaveEmpty()) continue
      this.#resolved(this.#textTo('<'))
      const next = this.#text.charCodeAt(this.#at + 1)
      if (next === slash) this.#leave()
      else if (next !== exclamation) this.#enter()
      else if (!this.#comment()) this.#cdata()
    }
  }

  /** Text up to the next `mark`, which must come; the cursor stands on it. */
  #textTo(mark: string): string {
    const end = this.#text.indexOf(mark, this.#at)
    if (end < 0) throw this.malformed()
    const text = this.#text.slice(this.#at, end)
    this.#at = end
    return text
  }

  #resolved(text: string): string {
    // No text that is short enough is written so long, and resolving it takes time.
    if (text.length > characterLengthMax * xmlTextCharactersMax) throw this.malformed()
    // Backwards: forwards, V8 looks for the first character alone, and starts anew at each in a text that is full of them.
    if (text.lastIndexOf(']]>') >= 0) throw this.malformed()
    return this.#entities.resolve(text)
  }

  #count(more = 1): void {
    this.#markup += more
    if (this.#markup > this.#markupMax) throw this.malformed()
  }

  /** White space and comments: all that may stand between elements. */
  #passBetween(): void {
    this.#passSpace()
    while (this.#text.startsWith('<!', this.#at)) {
      if (!this.#comment()) throw this.malformed()
      this.#passSpace()
    }
  }

  /** Passes a comment if one stands here. */
  #comment(): boolean {
    if (!this.#text.startsWith('<!--', this.#at)) return false
    this.#count()
    const end = this.#text.indexOf('--', this.#at + 4)
    if (end < 0 || this.#text[end + 2] !== '>') throw this.malformed()
    this.#at = end + 3
    return true
  }

  #cdata(): string {
    if (!this.#text.startsWith('<![CDATA[', this.#at)) throw this.malformed()
    this.#count()
    this.#at += '<![CDATA['.length
    const end = sectionEnd(this.#text, this.#at)
    if (end === undefined) throw this.malformed()
    const text = this.#text.slice(this.#at, end)
    this.#at = end + ']]>'.length
    return text
  }

  /** The start tag that stands here. Answers the name without prefix. */
  #enter(): string {
    const first = this.#text.charCodeAt(this.#at + 1)
    if (this.#text.charCodeAt(this.#at) !== lessThan || first === question) throw this.malformed()
    this.#count()
    if (this.#open.length === xmlDepthMax) throw this.malformed()
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
    const full = this.#open.pop()
    this.#expect('<')
    this.#expect('/')
    if (full === undefined || !this.#text.startsWith(full, this.#at)) throw this.malformed()
    this.#at += full.length
    this.#passSpace()
    this.#expect('>')
  }

  #readAttributes(): ReadonlyMap<string, string> {
    if (!this.#startsName()) return noAttributes
    const found: string[] = []
    let local: Map<string, string> | undefined
    while (this.#passSpace() && this.#startsName()) {
      const full = this.#name()
      this.#count()
      if (found.includes(full) || found.length === xmlAttributesMax) throw this.malformed()
      found.push(full)
      const value = this.#attributeValue()
      const isNamespace = full === 'xmlns' || full.startsWith('xmlns:')
      if (!isNamespace) local = (local ?? new Map<string, string>()).set(localName(full), value)
    }
    return local ?? noAttributes
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
    if (quote !== '"' && quote !== "'") throw this.malformed()
    this.#at += 1
    const value = this.#textTo(quote)
    this.#at += 1
    if (value.includes('<')) throw this.malformed()
    return this.#resolved(value)
  }

  #name(): string {
    name.lastIndex = this.#at
    const isName = name.test(this.#text)
    if (!isName || name.lastIndex - this.#at > xmlNameCharactersMax) throw this.malformed()
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
    if (this.#text[this.#at] !== character) throw this.malformed()
    this.#at += 1
  }
}

function localName(full: string): string {
  const colon = full.indexOf(':')
  return colon < 0 ? full : full.slice(colon + 1)
}
