/**
 * The canonical request of SigV4, here and nowhere else. Text holds one char per byte, because header values are bytes of
 * no known encoding and are signed as such.
 */
import type { Address, Query } from '../wire/address.ts'
import type { Exchange } from '../wire/exchange.ts'
import { percentDecode, percentEncode, percentEncodePath } from '../wire/percent.ts'

export interface CanonicalParts {
  readonly exchange: Exchange
  readonly address: Address
  readonly signedHeaders: readonly string[]
  /** The value of x-amz-content-sha256, or what stands for it. */
  readonly payload: string
}

/** One way in which a client may have written the two lines on which clients differ, and what it then asked for. */
export interface Form {
  readonly path: string
  readonly host: string
  readonly address: Address
}

/** What nearly every client signs: the first of the forms. */
export function usualForm(exchange: Exchange, address: Address): Form {
  const path = percentEncodePath(percentDecode(address.rawPath))
  return { path, host: exchange.headers.get('host') ?? '', address }
}

/**
 * The forms that are accepted, the likeliest first. AWS signs each byte of the key encoded by RFC 3986. jslib-aws signs the
 * path as its caller wrote it: encoded by `encodeURI` (from 0.12.3), not at all (to 0.12.1), or with one slash where
 * it sends two (0.12.2). It also signs presigned URLs for a Host without the port.
 */
export function* canonicalForms(exchange: Exchange, address: Address): Generator<Form> {
  const host = exchange.headers.get('host') ?? ''
  const portless = host.replace(/:\d+$/, '')
  const hosts = portless === host ? [host] : [host, portless]
  for (const reading of readings(address)) {
    for (const path of pathForms(reading.rawPath)) {
      for (const form of hosts) yield { path, host: form, address: reading }
    }
  }
}

/**
 * What a path with a doubled first slash may ask for. Which of the two, the signature says: it is the key of the path that
 * was signed that the request is carried out on, so that no signature stands for a key that it does not name.
 */
function* readings(address: Address): Generator<Address> {
  yield address
  const { rawPath, virtualHost, key } = address
  if (!rawPath.startsWith('//')) return
  const meant = virtualHost && key !== undefined ? key.slice(1) || undefined : key
  yield { ...address, rawPath: rawPath.slice(1), key: meant }
}

/** Each of them decodes to the same path: none lets one signature stand for two keys. */
function* pathForms(rawPath: string): Generator<string> {
  const path = percentDecode(rawPath)
  yield percentEncodePath(path)
  yield rawPath
  if (isPlain(path)) yield bytesAsText(path)
}

/** Only where one text can mean one key: no escapes that a second decoding would read, no lines that it would end. */
function isPlain(path: string): boolean {
  return !/[%\p{Cc}]/u.test(path)
}

export function canonicalRequest(parts: CanonicalParts, form: Form): string {
  return canonicalText(canonicalPieces(parts, form))
}

/** What a canonical request is made of, each as it stands there. */
export interface Pieces {
  readonly method: string
  readonly path: string
  readonly query: string
  /** In the order in which the client named them. */
  readonly headers: ReadonlyArray<readonly [name: string, value: string]>
  readonly payload: string
}

export function canonicalPieces(parts: CanonicalParts, form: Form): Pieces {
  const { exchange, address, signedHeaders, payload } = parts
  return {
    method: exchange.method,
    path: form.path,
    query: canonicalQuery(address.query),
    headers: signedHeaders.map((name) => [name, canonicalValue(exchange, name, form)]),
    payload,
  }
}

export function canonicalText({ method, path, query, headers, payload }: Pieces): string {
  let lines = ''
  let names = ''
  for (const [name, value] of headers) {
    lines += `${name}:${value}\n`
    names += `;${name}`
  }
  return `${method}\n${path}\n${query}\n${lines}\n${names.slice(1)}\n${payload}`
}

/** A signed header that did not arrive counts as empty, and so fails unless it was signed empty. */
function canonicalValue(exchange: Exchange, name: string, form: Form): string {
  if (name === 'host') return form.host
  const values = exchange.headers.all(name)
  return values.length === 1
    ? withSingleSpaces(values[0] ?? '')
    : values.map(withSingleSpaces).join(',')
}

function withSingleSpaces(value: string): string {
  return value.includes('  ') ? value.replace(/ +/g, ' ') : value
}

/** Sorted by the bytes of the encoded name, then of the encoded value; the signature cannot sign itself. */
function canonicalQuery(query: Query): string {
  const fields: Array<readonly [string, string]> = []
  for (const [name, value] of query.entries()) {
    if (name !== 'X-Amz-Signature') fields.push([percentEncode(name), percentEncode(value)])
  }
  fields.sort(([name, value], [name2, value2]) => compare(name, name2) || compare(value, value2))
  return fields.map(([name, value]) => `${name}=${value}`).join('&')
}

/** Encoded text is ASCII, whose order is that of its bytes. */
function compare(a: string, b: string): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}

function bytesAsText(text: string): string {
  return Buffer.from(text).toString('latin1')
}
