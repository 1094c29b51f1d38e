/**
 * The string to sign of SigV2. Text holds one char per byte.
 *
 * It covers x-amz-* headers and subresources; every other header and query parameter can be changed by whoever holds the
 * request. Hence all that routing calls a subresource is in the list, also what is younger than SigV2: else a presigned GET
 * of an object would also read what stands beside it.
 */
import { S3Error } from '../model/errors.ts'
import type { Address } from '../wire/address.ts'
import type { Exchange } from '../wire/exchange.ts'
import { presignedFields } from '../wire/hoisted.ts'
import { subresources } from '../wire/route.ts'
import type { ClaimV2 } from './claim.ts'

/** Signed, though they tell no operations apart here. */
const otherParameters: ReadonlySet<string> = new Set([
  'defaultObjectAcl',
  'partNumber',
  'response-cache-control',
  'response-content-disposition',
  'response-content-encoding',
  'response-content-language',
  'response-content-type',
  'response-expires',
  'select-type',
  'storageClass',
  'uploadId',
  'versionId',
])

/**
 * The strings that may have been signed, of which each means this request: a subresource without a value may stand as a
 * bare name or with its `=`. Throws AccessDenied for a value that would read as two parameters.
 */
export function stringsToSign(
  claim: ClaimV2,
  exchange: Exchange,
  address: Address,
): readonly string[] {
  const { method, headers } = exchange
  const head = [
    method,
    headers.get('content-md5') ?? '',
    headers.get('content-type') ?? '',
    claim.date,
    ...amazonHeaders(exchange, address),
  ].join('\n')
  return resourcesOf(address).map((resource) => `${head}\n${resource}`)
}

/** A URL that was presigned has some of them in its query; those count as signed like headers, and so may act like headers. */
function amazonHeaders({ headers }: Exchange, { query }: Address): readonly string[] {
  const sent = Array.from(headers.names()).filter((name) => name.startsWith('x-amz-'))
  const fields = new Map(presignedFields(query))
  for (const name of sent) fields.set(name, headers.all(name).join(','))
  return [...fields].toSorted(byName).map(([name, value]) => `${name}:${value}`)
}

function resourcesOf(address: Address): readonly string[] {
  const queries = new Set([signedQuery(address, ''), signedQuery(address, '=')])
  return pathsOf(address).flatMap((path) => Array.from(queries, (query) => path + query))
}

/** boto3 asks for `/bucket` and signs `/bucket/`. */
function pathsOf({ bucket, key, rawPath, virtualHost }: Address): readonly string[] {
  if (virtualHost) return [`/${bucket ?? ''}${rawPath}`]
  const isBare = bucket !== undefined && key === undefined && !rawPath.endsWith('/')
  return isBare ? [rawPath, `${rawPath}/`] : [rawPath]
}

/** Of one name the values are not sorted: the first of two counts, so their order has a meaning. */
function signedQuery({ query }: Address, empty: '' | '='): string {
  const signed = Array.from(query.entries()).filter(([name]) => isSigned(name))
  if (signed.length === 0) return ''
  if (signed.some(([, value]) => readsAsTwo(value))) throw new S3Error('AccessDenied')
  const fields = signed
    .toSorted(byName)
    .map(([name, value]) => (value === '' ? name + empty : `${name}=${asBytes(value)}`))
  return `?${fields.join('&')}`
}

function isSigned(name: string): boolean {
  return subresources.has(name) || otherParameters.has(name)
}

/** `?uploadId=u&versionId=v` and `?uploadId=u%26versionId%3Dv` give one string to sign and mean two things. */
function readsAsTwo(value: string): boolean {
  const [, ...more] = value.split('&')
  return more.some((field) => isSigned(field.replace(/=.*/s, '')))
}

function byName([one]: readonly [string, string], [other]: readonly [string, string]): number {
  if (one === other) return 0
  return one < other ? -1 : 1
}

function asBytes(text: string): string {
  return Buffer.from(text).toString('latin1')
}
