/**
 * A request as the input of its operation, by the table. What a header, query parameter or XML element means is compiled once
 * for each operation; then a request is a walk over a short list. A streaming body is handed on unread; an XML body is read
 * whole, within bounds, and only after everything that can be refused without it.
 */
import { assert } from '../base/assert.ts'
import { gather } from '../base/gather.ts'
import { mebibyte, metadataBytesMax } from '../base/limits.ts'
import { S3Error } from '../model/errors.ts'
import { operations, type OperationName } from '../model/operations.gen.ts'
import { bodyBytesMax, documentMarkupMax, malformedDocuments } from '../model/overlay.ts'
import type { Payload } from '../model/payload.ts'
import type { Member, Operation } from '../model/schema.ts'
import type { Operations } from '../model/types.gen.ts'
import type { Address } from './address.ts'
import type { Exchange, Headers } from './exchange.ts'
import { readHeaderText } from './header-text.ts'
import { withHoisted } from './hoisted.ts'
import { parameterReader } from './parameters.ts'
import { documentReader } from './xml-decode.ts'
import type { XmlRules } from './xml-read.ts'
import { decodeUtf8 } from './xml-text.ts'

/** What of a request makes an input. */
export interface Request {
  readonly exchange: Pick<Exchange, 'headers'>
  readonly address: Pick<Address, 'bucket' | 'key' | 'query'>
  readonly body: Payload
  /** Checks the digests that the request declares of an XML body; throws BadDigest and its like. */
  readonly verify: (bytes: Uint8Array) => void | Promise<void>
  /** Members that the operation does not honour. */
  readonly refuses?: readonly string[] | undefined
  /** Values of refused members that change nothing, compared exactly. */
  readonly harmless?: { readonly [member: string]: readonly string[] | undefined } | undefined
}

/** Names come from the table, never from a request. */
type Draft = Record<string, unknown>
type Fill = (draft: Draft, source: Source) => void
/** Where the members come from: `headers` are those of the request and of its query. */
type Source = Pick<Request, 'address' | 'body'> & { readonly headers: Headers }
type ReadBody = (bytes: Uint8Array) => unknown

interface Decoder {
  readonly fills: readonly Fill[]
  /** Name on the wire of each member of the input. */
  readonly places: ReadonlyMap<string, string>
  /** The headers in which a checksum may come; undefined where the operation takes none. */
  readonly checksums: ReadonlySet<string> | undefined
  readonly document: Document | undefined
}

interface Document {
  /** The member that the document is; undefined when its elements are members of the input itself. */
  readonly name: string | undefined
  readonly required: boolean
  readonly bytesMax: number
  readonly read: ReadBody
}

/** What S3 takes for a configuration document. */
const documentBytesMax = mebibyte

function labelFill(name: string): Fill {
  if (name === 'Bucket') return (draft, { address }) => (draft['Bucket'] = address.bucket ?? '')
  return (draft, { address }) => (draft['Key'] = address.key ?? '')
}

function queryFill(member: Member): Fill {
  const { name, at, required } = member
  const read = parameterReader(member)
  return (draft, { address }) => {
    const text = address.query.get(at)
    if (text !== undefined) draft[name] = read(text)
    else if (required) throw missing(at, 'query parameter')
  }
}

function headerFill(member: Member): Fill {
  const { name, at, required } = member
  const field = at.toLowerCase()
  const read = parameterReader(member)
  return (draft, { headers }) => {
    const value = headers.get(field)
    if (value !== undefined) draft[name] = read(readHeaderText(value))
    else if (required) throw missing(at, 'header')
  }
}

function missing(at: string, kind: 'header' | 'query parameter'): S3Error {
  return new S3Error('InvalidRequest', {}, `Missing required ${kind} for this request: ${at}`)
}

function metadataFill({ name, at }: Member): Fill {
  return (draft, { headers }) => {
    draft[name] = readMetadata(headers, at)
  }
}

/** User metadata by name; a record without prototype, for `__proto__` is a name like any other. */
function readMetadata(headers: Headers, prefix: string): Record<string, string> | undefined {
  let metadata: Record<string, string> | undefined
  let sizeBytes = 0
  for (const field of headers.names()) {
    if (!field.startsWith(prefix) || field.length === prefix.length) continue
    const value = headers.get(field) ?? ''
    const name = field.slice(prefix.length)
    metadata ??= Object.create(null) as Record<string, string>
    metadata[name] = readHeaderText(value)
    sizeBytes += name.length + value.length
  }
  if (sizeBytes <= metadataBytesMax) return metadata
  throw new S3Error('MetadataTooLarge', { Size: sizeBytes, MaxSizeAllowed: metadataBytesMax })
}

function fillOf(member: Member): Fill {
  if (member.in === 'label') return labelFill(member.name)
  if (member.in === 'query') return queryFill(member)
  if (member.in === 'header') return headerFill(member)
  assert(member.in === 'headers', `the table binds ${member.name} to a request`)
  return metadataFill(member)
}

function streamFill(name: string): Fill {
  return (draft, { body }) => (draft[name] = body)
}

function documentOf(operation: Operation): Document | undefined {
  const { input, inputRoot } = operation
  const bytesMax = bodyBytesMax[operation.name] ?? documentBytesMax
  const payload = input.find((member) => member.in === 'payload' && member.type !== 'stream')
  if (payload !== undefined) {
    const { name, type, at, required = false } = payload
    const isStructure = typeof type === 'object' && 'structure' in type
    const read = isStructure ? documentReader(at, type.structure, rulesOf(operation)) : readText
    return { name, required, bytesMax, read }
  }
  if (inputRoot === undefined) return undefined
  const read = documentReader(inputRoot, { members: input.filter(isElement) })
  return { name: undefined, required: true, bytesMax, read }
}

function rulesOf({ name }: Operation): XmlRules {
  return { wrong: malformedDocuments[name], markupMax: documentMarkupMax[name] }
}

function isElement(member: Member): boolean {
  return member.in === 'element'
}

function readText(bytes: Uint8Array): string {
  const text = decodeUtf8(bytes)
  if (text === undefined) throw new S3Error('InvalidRequest', {}, 'The body is not UTF-8 text.')
  return text
}

function compile(operation: Operation): Decoder {
  const parameters = operation.input.filter(
    (member) => member.in !== 'payload' && !isElement(member),
  )
  const streams = operation.input.filter((member) => member.type === 'stream')
  return {
    fills: [...parameters.map(fillOf), ...streams.map(({ name }) => streamFill(name))],
    places: new Map(operation.input.map(({ name, at }) => [name, at])),
    checksums: checksumFields(operation),
    document: documentOf(operation),
  }
}

const checksumPrefix = 'x-amz-checksum-'

function checksumFields({ input }: Operation): ReadonlySet<string> | undefined {
  const fields = input
    .filter(({ name }) => name.startsWith('Checksum'))
    .map(({ at }) => at.toLowerCase())
  return fields.includes(`${checksumPrefix}crc32`) ? new Set(fields) : undefined
}

/** Headers that begin alike and carry no digest: some clients send them with every request. */
const checksumSettings: ReadonlySet<string> = new Set(
  ['algorithm', 'mode', 'type'].map((setting) => checksumPrefix + setting),
)

/** A checksum that nobody can verify must not look verified. */
function refuseUnknownChecksum(headers: Headers, known: ReadonlySet<string>): void {
  for (const field of headers.names()) {
    if (!field.startsWith(checksumPrefix) || known.has(field) || checksumSettings.has(field))
      continue
    const sentence = `The algorithm type you specified in ${checksumPrefix} header is invalid.`
    throw new S3Error('InvalidRequest', {}, sentence)
  }
}

const decoders: ReadonlyMap<string, Decoder> = new Map(
  Object.values(operations).map((operation) => [operation.name, compile(operation)]),
)

/**
 * The input of `operation`. Throws InvalidArgument, InvalidRequest, MetadataTooLarge, MalformedXML, MissingRequestBodyError,
 * MaxMessageLengthExceeded, NotImplemented for a member that is refused, and what `verify` throws.
 */
export async function decodeInput<Name extends OperationName>(
  operation: Operation<Name>,
  request: Request,
): Promise<Operations[Name]['input']> {
  const decoder = decoders.get(operation.name)
  assert(decoder !== undefined, `the table has the operation ${operation.name}`)
  const draft: Draft = {}
  const { exchange, address, body } = request
  const source = { headers: withHoisted(exchange.headers, address.query), address, body }
  for (const fill of decoder.fills) fill(draft, source)
  refuse(draft, request, decoder)
  if (decoder.checksums !== undefined) refuseUnknownChecksum(exchange.headers, decoder.checksums)
  if (decoder.document !== undefined) await readDocument(decoder.document, draft, request)
  return draft
}

function refuse(draft: Draft, request: Request, decoder: Decoder): void {
  for (const name of request.refuses ?? []) {
    const value = draft[name]
    const isScalar = typeof value === 'string' || typeof value === 'boolean'
    const isHarmless = isScalar && request.harmless?.[name]?.includes(String(value))
    if (value === undefined || isHarmless) continue
    throw new S3Error('NotImplemented', { Header: decoder.places.get(name) ?? name })
  }
}

async function readDocument(document: Document, draft: Draft, request: Request): Promise<void> {
  const { name, required, bytesMax, read } = document
  const declaredBytes = request.body.lengthBytes ?? 0
  const bytes = declaredBytes > bytesMax ? undefined : await gather(request.body, bytesMax)
  if (bytes === undefined) {
    throw new S3Error('MaxMessageLengthExceeded', { MaxMessageLengthBytes: bytesMax })
  }
  await request.verify(bytes)
  if (bytes.length === 0) {
    if (required) throw new S3Error('MissingRequestBodyError')
  } else if (name === undefined) Object.assign(draft, read(bytes))
  else draft[name] = read(bytes)
}
