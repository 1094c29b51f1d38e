/**
 * Writes XML as S3 does and as every client reads it. k6 parses answers with an HTML parser, so an element is never
 * self-closing and text never CDATA.
 */

export const xmlDeclaration = '<?xml version="1.0" encoding="UTF-8"?>\n'
export const xmlNamespace = 'http://s3.amazonaws.com/doc/2006-03-01/'

/** Markup, and every character that an XML reader would drop, change or refuse. Tab and line feed stay as they are. */
// oxlint-disable-next-line no-control-regex -- control characters are what is looked for
const special = /[&<>"\r\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/
const everySpecial = new RegExp(special, 'g')

const quotedText = /^"[\w-]*"$/

function escapeCharacter(character: string): string {
  if (character === '&') return '&amp;'
  if (character === '<') return '&lt;'
  if (character === '>') return '&gt;'
  if (character === '"') return '&quot;'
  if (character === '\r') return '&#13;'
  return `&#x${character.charCodeAt(0).toString(16).toUpperCase()};`
}

/** Text as it stands between tags or inside a quoted attribute. */
export function escapeXml(text: string): string {
  if (!special.test(text)) return text
  // Every row of a listing has an ETag, which is plain text in quotes.
  if (quotedText.test(text)) return `&quot;${text.slice(1, -1)}&quot;`
  return text.replace(everySpecial, escapeCharacter)
}

/** One element: a string is text and is escaped, a list is elements made by this same function. */
export function xmlElement(name: string, content: string | readonly string[]): string {
  return `<${name}>${typeof content === 'string' ? escapeXml(content) : content.join('')}</${name}>`
}

type Fields = ReadonlyArray<readonly [name: string, value: string | number]>

/** A whole document of named texts; no namespace, in the order given. */
export function writeXml(root: string, fields: Fields): Uint8Array {
  return document(root, fields, escapeXml)
}

/**
 * An error. The quotes of its texts stay as they are: S3 was seen to escape those of ETags and not these, and whoever posts a form
 * reads in the bare text which condition of the policy failed (asafdav/ng-s3upload#28, minio-go's tests).
 */
export function writeErrorXml(fields: Fields): Uint8Array {
  return document('Error', fields, (text) => escapeXml(text).replaceAll('&quot;', '"'))
}

function document(root: string, fields: Fields, escape: (text: string) => string): Uint8Array {
  const elements = fields.map(([name, value]) => xmlElement(name, [escape(String(value))]))
  return Buffer.from(xmlDeclaration + xmlElement(root, elements))
}
