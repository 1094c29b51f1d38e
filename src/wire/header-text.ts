/**
 * Text in header fields. node:http gives and takes one char per byte (latin1); S3 clients put UTF-8 there, as do we, but for
 * user metadata, which S3 sends back in words encoded after RFC 2047 (docs/decisions/0013-hygiene.md).
 */
import { S3Error } from '../model/errors.ts'
import { decodeUtf8 } from './xml-text.ts'

const beyondAscii = /[\x80-\xff]/
const beyondAsciiText = /[^\0-\x7f]/
// oxlint-disable-next-line no-control-regex -- control characters are what is looked for
const unfit = /[\0-\x08\x0a-\x1f\x7f]/

/** A received value as text; bytes that are no UTF-8 are read as latin1. */
export function readHeaderText(value: string): string {
  if (!beyondAscii.test(value)) return value
  return decodeUtf8(Buffer.from(value, 'latin1')) ?? value
}

/** Text as a value to send; undefined when it holds a line end or another control character, which no field can. */
export function writeHeaderText(text: string): string | undefined {
  if (unfit.test(text)) return undefined
  return beyondAsciiText.test(text) ? Buffer.from(text).toString('latin1') : text
}

/** Bytes of UTF-8 in one encoded word: in base64, with what stands around it, 72 of the 75 characters that RFC 2047 allows. */
const wordBytesMax = 45

/** The same for a value of user metadata: ASCII as it is, all else as `=?UTF-8?B?…?=`, several of them where it is long. */
export function writeMetadataText(text: string): string | undefined {
  if (unfit.test(text)) return undefined
  return beyondAsciiText.test(text) ? encodedWords(text) : text
}

/** A character is never split; a reader drops the space between two encoded words. */
function encodedWords(text: string): string {
  const words: string[] = []
  let word = ''
  for (const character of text) {
    if (Buffer.byteLength(word + character) > wordBytesMax) {
      words.push(word)
      word = ''
    }
    word += character
  }
  return [...words, word]
    .map((piece) => `=?UTF-8?B?${Buffer.from(piece).toString('base64')}?=`)
    .join(' ')
}

const token = /^[!#$%&'*+\-.^_`|~0-9a-z]+$/i

/** For what came elsewhere than in a header and shall act as one. Throws InvalidArgument when no header can hold it. */
export function checkField(name: string, value: string): void {
  if (token.test(name) && !unfit.test(value)) return
  const detail = { ArgumentName: name, ArgumentValue: readHeaderText(value) }
  throw new S3Error('InvalidArgument', detail, 'This can be no header.')
}
