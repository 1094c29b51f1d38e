/**
 * What a listing shows, found in the JSON of an object's record without reading all of it. Only JSON of one form is known here,
 * the one that records have had from the first: members in this order, nothing escaped in what is shown. Whatever is of another
 * form is not understood, and has to be read as JSON.
 */
import type { Checksum, ListedObject } from '../records.ts'

export type Shown = Omit<ListedObject, 'key' | 'versionId'>

/** Of any text, escapes and all, one character for each byte of it. */
const anyText = String.raw`"[^"\\]*(?:\\.[^"\\]*)*"`
/** ASCII that stands for itself. */
const shownText = String.raw`"([ !#-[\]-~]*)"`
const shownNumber = String.raw`(\d{1,15})`
const pairs = String.raw`\[(?:\[${anyText},${anyText}\],?)*\]`
const flatObject = String.raw`\{(?:${anyText}:(?:${anyText}|true|false),?)*\}`

const attributes = [
  `(?:"headers":${flatObject},)?`,
  `(?:"metadata":${pairs},)?`,
  `"storageClass":${shownText}`,
  `(?:,"tags":${pairs})?`,
  `(?:,"checksum":\\{"algorithm":${shownText},"type":"(COMPOSITE|FULL_OBJECT)","value":${anyText}\\})?`,
  `(?:,"encryption":${flatObject})?`,
]

const record = new RegExp(
  [
    `\\{"owner":${shownText},"size":${shownNumber},"etag":${shownText},"modified":${shownNumber}`,
    String.raw`(?:,"parts":\d+)?`,
    `(?:,"seal":\\{"wrapped":${anyText},"sizeBytes":\\d+\\})?`,
    `,"attributes":\\{${attributes.join('')}\\}\\}`,
  ].join(''),
  'y',
)

/** What is shown of the record whose JSON begins at `from` of a text that has one character for each byte; undefined where it is of another form. */
export function readShown(text: string, from: number): Shown | undefined {
  record.lastIndex = from
  const found = record.exec(text)
  if (found === null) return undefined
  const [, owner = '', size, etag = '', modified, storageClass = '', algorithm, type] = found
  return {
    owner,
    sizeBytes: Number(size),
    etag,
    modified: Number(modified),
    storageClass,
    checksum: algorithm === undefined ? undefined : { algorithm, type: typeOf(type) },
  }
}

function typeOf(type: string | undefined): Checksum['type'] {
  return type === 'COMPOSITE' ? 'COMPOSITE' : 'FULL_OBJECT'
}
