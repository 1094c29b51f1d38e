/** The fields of a form as the headers that a PutObject would have: most have their names, two are written otherwise. */
import type { Tagging } from '../model/types.gen.ts'
import type { Headers } from './exchange.ts'
import { checkField } from './header-text.ts'
import { documentReader } from './xml-decode.ts'

/** They speak of the form, not of the object. */
const notHeaders = new Set(['bucket', 'file', 'key', 'policy', 'success_action_redirect'])

/** `fields` by lower-case name, one char per byte. Throws InvalidArgument for what no header can hold, MalformedXML for tags. */
export function formHeaders(fields: ReadonlyMap<string, string>): Headers {
  const headers = new Map<string, string>()
  for (const [field, value] of fields) {
    if (notHeaders.has(field) || field.startsWith('x-ignore-')) continue
    const name = field === 'acl' || field === 'tagging' ? `x-amz-${field}` : field
    const text = field === 'tagging' ? tagsOf(value) : value
    checkField(name, text)
    headers.set(name, text)
  }
  return {
    get: (name) => headers.get(name),
    all: (name) => [headers.get(name) ?? []].flat(),
    names: () => headers.keys(),
  }
}

const readTagging = documentReader('Tagging', 'Tagging')

/** A form has the document of PutObjectTagging where the header has the text of a query. */
function tagsOf(xml: string): string {
  const { TagSet } = readTagging(Buffer.from(xml, 'latin1')) as Tagging
  return TagSet.map(({ Key, Value }) => `${encode(Key)}=${encode(Value)}`).join('&')
}

function encode(text: string): string {
  return encodeURIComponent(text)
}
