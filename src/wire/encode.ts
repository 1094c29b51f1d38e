/**
 * What an operation gives as a reply, by the table: status, headers in the model's order, and a body that is a stream, a
 * document or nothing. Where each member goes is compiled once for each operation.
 */
import { assert } from '../base/assert.ts'
import { operations, type OperationName } from '../model/operations.gen.ts'
import type { Payload } from '../model/payload.ts'
import type { Member, Operation, Simple } from '../model/schema.ts'
import type { Operations } from '../model/types.gen.ts'
import type { Reply } from './exchange.ts'
import { writeHeaderText, writeMetadataText } from './header-text.ts'
import { writeHttpDate, writeIsoDate } from './scalars.ts'
import { asDate, contentWriter, memberOf, type WriteMember } from './xml-encode.ts'
import { escapeXml, xmlDeclaration, xmlNamespace } from './xml-write.ts'

type Field = readonly [name: string, value: string]
type AddHeaders = (output: object, headers: Field[]) => void

interface Encoder {
  readonly addHeaders: readonly AddHeaders[]
  /** The root and all in it; undefined when the answer has no document. */
  readonly document: WriteMember | undefined
  /** The member that is the body as it is: a stream, or text such as a policy. */
  readonly raw: Member | undefined
}

type WriteHeader = (value: unknown) => string | undefined

const headerWriters: { readonly [Kind in Simple]?: WriteHeader } = {
  'http-date': (value) => writeHttpDate(asDate(value)),
  'date-time': (value) => writeIsoDate(asDate(value)),
  string: (value) => writeHeaderText(String(value)),
}

function headerOf({ name, at, type }: Member): AddHeaders {
  const write: WriteHeader = (typeof type === 'string' ? headerWriters[type] : undefined) ?? String
  return (output, headers) => {
    const value = memberOf(output, name)
    const text = value === undefined ? undefined : write(value)
    if (text !== undefined) headers.push([at, text])
  }
}

function metadataOf({ name, at }: Member): AddHeaders {
  return (output, headers) => {
    const metadata = memberOf(output, name)
    if (typeof metadata !== 'object' || metadata === null) return
    for (const [word, value] of Object.entries(metadata)) {
      const text = writeMetadataText(String(value))
      if (text !== undefined) headers.push([at + word, text])
    }
  }
}

function documentOf(operation: Operation): WriteMember | undefined {
  const payload = operation.output.find((member) => member.in === 'payload')
  if (payload !== undefined && typeof payload.type === 'object') return payloadDocument(payload)
  if (operation.root === undefined) return undefined
  const text = operation.output.find((member) => member.in === 'text')
  const content = text === undefined ? contentWriter(operation.output) : textWriter(text.name)
  return rooted(operation.root, content)
}

/** The payload's own element is the root: its writer writes the tags, so only the namespace is added. */
function payloadDocument(payload: Member): WriteMember {
  const write = contentWriter([{ ...payload, in: 'element' }])
  const open = `<${payload.at}`
  return (output) => {
    const element = write(output)
    return element === '' ? '' : `${open} xmlns="${xmlNamespace}"${element.slice(open.length)}`
  }
}

function textWriter(name: string): WriteMember {
  return (output) => escapeXml(textOf(output, name))
}

function textOf(output: object, name: string): string {
  const value = memberOf(output, name)
  return typeof value === 'string' ? value : ''
}

function rooted(root: string, content: WriteMember): WriteMember {
  const open = `<${root} xmlns="${xmlNamespace}">`
  const close = `</${root}>`
  return (output) => open + content(output) + close
}

function compile(operation: Operation): Encoder {
  const { output } = operation
  const raw = output.find((member) => member.in === 'payload' && typeof member.type === 'string')
  const headers = output.filter((member) => member.in === 'header').map(headerOf)
  const metadata = output.filter((member) => member.in === 'headers').map(metadataOf)
  return { addHeaders: [...headers, ...metadata], document: documentOf(operation), raw }
}

const encoders: ReadonlyMap<string, Encoder> = new Map(
  Object.values(operations).map((operation) => [operation.name, compile(operation)]),
)

function encoderOf(operation: Operation): Encoder {
  const encoder = encoders.get(operation.name)
  assert(encoder !== undefined, `the table has the operation ${operation.name}`)
  return encoder
}

const nothing = Object.freeze({})

/** The reply of a success. A stream goes out under the `ContentLength` of the output. */
export function encodeOutput<Name extends OperationName>(
  operation: Operation<Name>,
  output: Operations[Name]['output'],
): Reply {
  const encoder = encoderOf(operation)
  const members: object = typeof output === 'object' && output !== null ? output : nothing
  const headers: Field[] = []
  for (const add of encoder.addHeaders) add(members, headers)
  const status = statusOf(operation, members)
  if (operation.method === 'HEAD' || status === 204) return { status, headers, body: undefined }
  return { status, headers, body: bodyOf(encoder, members, headers) }
}

function statusOf(operation: Operation, output: object): number {
  const isPartial = memberOf(output, 'ContentRange') !== undefined && operation.status === 200
  return isPartial ? 206 : operation.status
}

function bodyOf(encoder: Encoder, output: object, headers: Field[]): Reply['body'] {
  const { document, raw } = encoder
  if (raw?.type === 'stream') return streamOf(raw, output, headers)
  const isText = document === undefined && raw !== undefined
  const text = isText ? textOf(output, raw.name) : documentText(document, output)
  const bytes = Buffer.from(text)
  if (bytes.length > 0) {
    headers.push(['Content-Type', isText ? 'application/json' : 'application/xml'])
  }
  headers.push(['Content-Length', String(bytes.length)])
  return bytes.length > 0 ? bytes : undefined
}

function documentText(document: WriteMember | undefined, output: object): string {
  const text = document?.(output) ?? ''
  return text === '' ? '' : xmlDeclaration + text
}

function streamOf(raw: Member, output: object, headers: Field[]): Reply['body'] {
  const stream = memberOf(output, raw.name)
  if (stream === undefined && memberOf(output, 'ContentLength') === undefined) {
    headers.push(['Content-Length', '0'])
  }
  assert(stream === undefined || isStream(stream), `${raw.name} is a stream`)
  return stream
}

function isStream(value: unknown): value is Payload {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value
}
