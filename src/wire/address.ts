/** Where a request points: path style and virtual-host style, told apart by the Host header alone. */
import { keyBytesMax } from '../base/limits.ts'
import { S3Error } from '../model/errors.ts'
import type { Exchange } from './exchange.ts'
import { refuseArn, refuseForeignHost, refuseForeignPrefix } from './foreign-names.ts'
import { readQuery } from './query.ts'
import { percentDecode } from './percent.ts'

export interface Address {
  readonly bucket: string | undefined
  readonly key: string | undefined
  readonly query: Query
  /** Path of the target as received, before the '?', percent-encoded. */
  readonly rawPath: string
  /** What follows the first '?', as received; '' without one. */
  readonly rawQuery: string
  /** The bucket came from the Host header. */
  readonly virtualHost: boolean
}

/** Query parameters, percent-decoded once ('+' is a space), in order of arrival; `?x` equals `?x=`. */
export interface Query {
  has(name: string): boolean
  /** The first value. */
  get(name: string): string | undefined
  entries(): Iterable<readonly [name: string, value: string]>
}

/**
 * `domains` are the base domains under which `<bucket>.<domain>` names a bucket; `localhost` and every IPv4 address are
 * among them whatever is configured, for k6 builds such hosts from any endpoint it is given. All other hosts are path style.
 * Throws InvalidURI and KeyTooLongError, and what foreign-names.ts has for names that are no buckets. Whether the bucket's name is a possible one is for the domain to say.
 */
export function readAddress(exchange: Exchange, domains: readonly string[]): Address {
  const { rawPath, rawQuery } = splitTarget(exchange.target)
  const path = percentDecode(rawPath)
  if (path.includes('\0')) throw new S3Error('InvalidURI')
  const hostBucket = bucketOfHost(exchange.headers.get('host') ?? '', domains)
  const { bucket, key } =
    hostBucket === undefined ? splitPath(path) : { bucket: hostBucket, key: path.slice(1) }
  if (key !== undefined) checkKey(key)
  return {
    bucket,
    key: key === '' ? undefined : key,
    query: readQuery(rawQuery),
    rawPath,
    rawQuery,
    virtualHost: hostBucket !== undefined,
  }
}

/** One key of the bucket that `address` names, and nothing asked of it. Throws InvalidURI and KeyTooLongError. */
export function addressOfKey(address: Address, key: string): Address {
  if (key.includes('\0')) throw new S3Error('InvalidURI')
  checkKey(key)
  return { ...address, key, query: readQuery(''), rawQuery: '' }
}

/** Only the origin form: an absolute target would name a second host, and a fragment never belongs on the wire. */
function splitTarget(target: string): { rawPath: string; rawQuery: string } {
  if (!target.startsWith('/') || target.includes('#')) throw new S3Error('InvalidURI')
  const mark = target.indexOf('?')
  if (mark < 0) return { rawPath: target, rawQuery: '' }
  return { rawPath: target.slice(0, mark), rawQuery: target.slice(mark + 1) }
}

/**
 * Split after decoding, so that the store, the policy and the signature all see one name for one thing. A bucket's name is
 * never empty, hence a doubled first slash (jslib-aws 0.12.2 sends one) still names the same bucket.
 */
function splitPath(path: string): { bucket: string | undefined; key: string | undefined } {
  const start = path.startsWith('//') ? 2 : 1
  if (path.startsWith('arn:', start)) refuseArn(path.slice(start))
  const slash = path.indexOf('/', start)
  if (slash < 0) return { bucket: path.slice(start) || undefined, key: undefined }
  return { bucket: path.slice(start, slash), key: path.slice(slash + 1) }
}

/** Of the request before: a pure function's last result, for a server is called by one name or few. */
let last:
  | { readonly host: string; readonly domains: readonly string[]; bucket?: string }
  | undefined

function bucketOfHost(host: string, domains: readonly string[]): string | undefined {
  if (last?.host === host && last.domains === domains) return last.bucket
  const bucket = readHost(host, domains)
  last = { host, domains, ...(bucket !== undefined && { bucket }) }
  return bucket
}

const ipv4Suffix = /^(?<bucket>.+)\.\d{1,3}(?:\.\d{1,3}){3}$/

function readHost(host: string, domains: readonly string[]): string | undefined {
  const name = host.replace(/:\d*$/, '').toLowerCase()
  const bases = [...domains.map((domain) => domain.toLowerCase()), 'localhost']
  if (bases.includes(name)) return undefined
  const base = bases
    .filter((domain) => name.endsWith(`.${domain}`) && name.length > domain.length + 1)
    .reduce((longest, domain) => (domain.length > longest.length ? domain : longest), '')
  const prefix =
    base === '' ? ipv4Suffix.exec(name)?.groups?.['bucket'] : name.slice(0, -base.length - 1)
  if (prefix === undefined) refuseForeignHost(name)
  else refuseForeignPrefix(prefix)
  return prefix
}

function checkKey(key: string): void {
  const sizeBytes = Buffer.byteLength(key)
  if (sizeBytes > keyBytesMax) {
    throw new S3Error('KeyTooLongError', { Size: sizeBytes, MaxSizeAllowed: keyBytesMax })
  }
  if (key.includes('..') && escapesItsRoot(key)) throw new S3Error('InvalidURI')
}

/** S3 takes `x/../y` literally, yet refuses a key whose '..' would climb out of the bucket if anyone resolved it. */
export function escapesItsRoot(key: string): boolean {
  let depth = 0
  for (const segment of key.split('/')) {
    if (segment === '..') depth -= 1
    else if (segment !== '.' && segment !== '') depth += 1
    if (depth < 0) return true
  }
  return false
}
