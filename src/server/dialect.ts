/**
 * The border between the dialect that a server speaks with its clients and the one language inside: requests are translated
 * after they are proven, for a signature speaks of what was sent, and answers last of all.
 */
import type { Dialect } from '../model/dialects/dialect.ts'
import { S3Error } from '../model/errors.ts'
import type { Address, Query } from '../wire/address.ts'
import type { Exchange, Headers, Reply } from '../wire/exchange.ts'
import { withHoisted } from '../wire/hoisted.ts'

const classHeader = 'x-amz-storage-class'
const metadataPrefix = 'x-amz-meta-'

/** Throws NotImplemented for what the dialect offers and this server does not. */
export function refuseUnoffered(
  { method, headers }: Pick<Exchange, 'method' | 'headers'>,
  dialect: Dialect,
): void {
  if (dialect.refusedMethods.includes(method)) {
    throw new S3Error('NotImplemented', { Method: method, ResourceType: 'OBJECT' })
  }
  const refused = dialect.refusedHeaders.find((name) => headers.get(name) !== undefined)
  if (refused !== undefined) throw new S3Error('NotImplemented', { Header: refused })
}

/** What of a request is read on. */
export interface Heard {
  readonly exchange: Pick<Exchange, 'headers' | 'body'>
  readonly address: Address
}

/** The request without the headers that the dialect ignores, its storage class by our name. Throws InvalidStorageClass. */
export function heard({ exchange, address }: Heard, dialect: Dialect): Heard {
  const sent = withHoisted(exchange.headers, address.query)
  const asked = sent.get(classHeader)
  const kept = asked === undefined || asked === '' ? asked : classOf(asked, dialect)
  if (dialect.ignoredHeaders.size === 0 && kept === asked) return { exchange, address }
  const hides = (name: string): boolean => dialect.ignoredHeaders.has(name)
  const headers: Headers = {
    get: (name) => (hides(name) ? undefined : name === classHeader ? kept : sent.get(name)),
    all: (name) => (hides(name) ? [] : name === classHeader ? listOf(kept) : sent.all(name)),
    names: () => Array.from(sent.names()).filter((name) => !hides(name)),
  }
  const query = without(address.query, (name) => hides(name) || name === classHeader)
  return { exchange: { headers, body: exchange.body }, address: { ...address, query } }
}

function classOf(asked: string, { storageClasses }: Dialect): string {
  const kept = storageClasses.get(asked)
  if (kept !== undefined) return kept
  throw new S3Error('InvalidStorageClass', { StorageClassRequested: asked })
}

function listOf(value: string | undefined): readonly string[] {
  return value === undefined ? [] : [value]
}

/** Presigned URLs carry headers in their query, where they must not come back from. */
function without(query: Query, hides: (name: string) => boolean): Query {
  return {
    has: (name) => query.has(name),
    get: (name) => query.get(name),
    entries: () => Array.from(query.entries()).filter(([name]) => !hides(name.toLowerCase())),
  }
}

/** An error by the name that the dialect has for it. */
export function spelled(error: unknown, dialect: Dialect): unknown {
  if (dialect.statusElement === undefined && Object.keys(dialect.errorCodes).length === 0) {
    return error
  }
  const known = error instanceof S3Error ? error : new S3Error('InternalError')
  // Its detail becomes headers, and it has no document.
  if (known.status === 304) return known
  const status =
    dialect.statusElement === undefined ? {} : { [dialect.statusElement]: known.status }
  const code = dialect.errorCodes[known.code] ?? known.code
  return new S3Error(code, { ...known.detail, ...status }, known.message)
}

/** The answer with the headers that the dialect documents. */
export function answered(
  reply: Reply,
  { id, method }: Pick<Exchange, 'id' | 'method'>,
  dialect: Dialect,
): Reply {
  const isWrite = method === 'PUT' || method === 'POST'
  const { requestIdHeader, withheldHeaders, capitalMetadata } = dialect
  const changesReads = requestIdHeader ?? (capitalMetadata || withheldHeaders.size > 0)
  if (!isWrite && !changesReads) return reply
  const hides = (name: string): boolean =>
    withheldHeaders.has(name) || (name === classHeader && isWrite && !dialect.writesNameClass)
  const headers = reply.headers.filter(([name]) => !hides(name.toLowerCase()))
  const named = capitalMetadata ? headers.map(capital) : headers
  const further = requestIdHeader === undefined ? [] : [[requestIdHeader, id] as const]
  return { ...reply, headers: [...named, ...further] }
}

/** `x-amz-meta-foo-bar_baz` is `X-Amz-Meta-Foo-Bar_baz`. */
function capital(field: readonly [name: string, value: string]): readonly [string, string] {
  const [name, value] = field
  if (!name.toLowerCase().startsWith(metadataPrefix)) return field
  return [
    name.replace(/(^|-)([a-z])/g, (_, mark: string, letter: string) => mark + letter.toUpperCase()),
    value,
  ]
}
