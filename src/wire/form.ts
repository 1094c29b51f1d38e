/** A browser's form (S3's POST Object): fields, then one file, which is never gathered. */
import { S3Error } from '../model/errors.ts'
import type { Address } from './address.ts'
import type { Exchange, Headers } from './exchange.ts'
import { FormParts, formBytesMax } from './form-parts.ts'
import { subresources } from './route.ts'

/** Disposed, it lets go of the body, wherever the reading stands. */
export interface Form extends AsyncDisposable {
  /** By lower-case name, one char per byte, `${filename}` filled in. */
  readonly fields: ReadonlyMap<string, string>
  /** Read once. Throws MalformedPOSTRequest, IncorrectNumberOfFilesInPostRequest and what the body throws. */
  readonly file: AsyncIterable<Uint8Array>
}

/** A form goes to a bucket itself; with a subresource it is whatever operation that names, form or not. */
export function isForm(
  { method, headers }: Pick<Exchange, 'method' | 'headers'>,
  { bucket, key, query }: Address,
): boolean {
  if (method !== 'POST' || bucket === undefined || key !== undefined) return false
  if (!/^multipart\/form-data *(?:;|$)/i.test(headers.get('content-type') ?? '')) return false
  return !Array.from(query.entries()).some(([name]) => subresources.has(name))
}

/**
 * Reads up to the file. Throws MalformedPOSTRequest, MaxPostPreDataLengthExceededError beyond 20 KiB, and InvalidArgument for
 * a field that comes twice or a form without a file.
 */
export async function readForm(headers: Headers, body: AsyncIterable<Uint8Array>): Promise<Form> {
  const parts = new FormParts(body, boundaryOf(headers))
  try {
    const { fields, filename } = await readFields(parts)
    const file = readFile(parts)
    const close = (): Promise<void> => parts.close()
    return { fields: expanded(fields, filename), file, [Symbol.asyncDispose]: close }
  } catch (error) {
    await parts.close()
    throw error
  }
}

/** 1 to 70 characters (RFC 2046 §5.1.1), in quotes or not. */
function boundaryOf(headers: Headers): string {
  const type = headers.get('content-type') ?? ''
  const found = /;[ \t]*boundary=(?:"([^"]{1,70})"|([^\s;",]{1,70}))[ \t]*(?:;|$)/i.exec(type)
  const boundary = found?.[1] ?? found?.[2]
  if (boundary === undefined || boundary.endsWith(' ')) throw new S3Error('MalformedPOSTRequest')
  return boundary
}

interface Fields {
  readonly fields: Map<string, string>
  readonly filename: string | undefined
}

async function readFields(parts: FormParts): Promise<Fields> {
  const fields = new Map<string, string>()
  for (;;) {
    const head = await parts.next()
    if (head === undefined) throw noFile()
    if (head.name === 'file') return { fields, filename: head.filename }
    if (fields.has(head.name)) throw repeated(head.name)
    fields.set(head.name, await parts.text())
  }
}

function noFile(): S3Error {
  const detail = { ArgumentName: 'file', ArgumentValue: '0' }
  return new S3Error(
    'InvalidArgument',
    detail,
    'POST requires exactly one file upload per request.',
  )
}

/** Of two values, whoever checks might read one and whoever acts the other. */
function repeated(name: string): S3Error {
  const says = `The form field ${name} was given more than once.`
  return new S3Error('InvalidArgument', { ArgumentName: name }, says)
}

/** S3 ignores fields that come after the file; the form must be whole all the same, else the file might be cut. */
async function* readFile(parts: FormParts): AsyncGenerator<Uint8Array> {
  yield* parts.contents()
  parts.renew()
  for (let head = await parts.next(); head !== undefined; head = await parts.next()) {
    if (head.name === 'file') throw new S3Error('IncorrectNumberOfFilesInPostRequest')
    await parts.skip()
  }
}

const variable = '${filename}'

/** Every field may name the file, without its folders; where the part has no name at all, S3 leaves the variable as it is. */
function expanded(
  fields: ReadonlyMap<string, string>,
  filename: string | undefined,
): ReadonlyMap<string, string> {
  if (filename === undefined) return fields
  const name = filename.replace(/^.*[/\\]/s, '')
  let sizeBytes = 0
  const expand = (text: string): string => {
    const pieces = text.split(variable)
    sizeBytes += text.length + (pieces.length - 1) * name.length
    if (sizeBytes <= formBytesMax) return pieces.join(name)
    const detail = { MaxPostPreDataLengthBytes: formBytesMax }
    throw new S3Error('MaxPostPreDataLengthExceededError', detail)
  }
  return new Map(Array.from(fields, ([field, text]) => [field, expand(text)]))
}
