/** SigV2 written a second time, from S3's documentation, so that ours is never judged by itself. */
import { createHmac } from 'node:crypto'
import type { WireRequest } from './raw.ts'
import type { Keys } from './sign.ts'

export interface V2Plan {
  readonly method?: string
  /** With its query, percent-encoded, as it goes on the wire. */
  readonly target?: string
  readonly host?: string
  /** The bucket that the host names, where it names one. */
  readonly hostBucket?: string
  readonly headers?: ReadonlyArray<readonly [string, string]>
  readonly body?: Uint8Array
  readonly keys: Keys
  /** Seconds since 1970: in the query then, else in the header. */
  readonly expires?: number
  readonly date?: Date
  /** Subresources that are younger than SigV2 and that this request has. */
  readonly subresources?: readonly string[]
}

const listed = (
  'acl cors delete lifecycle location logging notification partNumber policy requestPayment tagging torrent uploadId ' +
  'uploads versionId versioning versions website response-cache-control response-content-type ' +
  'response-content-disposition response-content-encoding response-content-language response-expires'
).split(' ')

export function signV2(plan: V2Plan): WireRequest {
  const { method = 'GET', target = '/', host = 'localhost', keys, expires, body } = plan
  const token: Array<readonly [string, string]> =
    keys.sessionToken === undefined ? [] : [['x-amz-security-token', keys.sessionToken]]
  const dated: Array<readonly [string, string]> =
    expires === undefined ? [['Date', (plan.date ?? new Date()).toUTCString()]] : []
  const headers = [...dated, ...(plan.headers ?? []), ...(expires === undefined ? token : [])]
  const date = expires === undefined ? valueOf(headers, 'date') : String(expires)
  const text = [
    method,
    valueOf(headers, 'content-md5'),
    valueOf(headers, 'content-type'),
    valueOf(headers, 'x-amz-date') === '' ? date : '',
    ...amazonLines([...headers, ...(expires === undefined ? [] : token)]),
    resourceOf(target, plan),
  ].join('\n')
  const signature = hmacSha1(keys.secretAccessKey, text)
  const length: Array<[string, string]> =
    body === undefined ? [] : [['Content-Length', String(body.length)]]
  const sent = [['Host', host] as const, ...headers, ...length]
  if (expires === undefined) {
    const authorization = `AWS ${keys.accessKeyId}:${signature}`
    return { method, target, headers: [...sent, ['Authorization', authorization]], body }
  }
  const fields = [
    ['AWSAccessKeyId', keys.accessKeyId] as const,
    ['Signature', signature] as const,
    ['Expires', String(expires)] as const,
    ...token,
  ].map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
  const mark = target.includes('?') ? '&' : '?'
  return { method, target: target + mark + fields.join('&'), headers: sent, body }
}

export function hmacSha1(secret: string, text: string): string {
  return createHmac('sha1', secret).update(text, 'latin1').digest('base64')
}

function valueOf(headers: ReadonlyArray<readonly [string, string]>, name: string): string {
  return headers.find(([other]) => other.toLowerCase() === name)?.[1] ?? ''
}

function amazonLines(headers: ReadonlyArray<readonly [string, string]>): string[] {
  const lines: Record<string, string> = {}
  for (const [name, value] of headers) {
    const lower = name.toLowerCase()
    if (!lower.startsWith('x-amz-')) continue
    lines[lower] = lower in lines ? `${lines[lower]},${value.trim()}` : value.trim()
  }
  return Object.keys(lines)
    .toSorted()
    .map((name) => `${name}:${lines[name]}`)
}

function resourceOf(
  target: string,
  { hostBucket, subresources = [] }: Pick<V2Plan, 'hostBucket' | 'subresources'>,
): string {
  const [path = '', query = ''] = target.split(/\?(.*)/s)
  const whole = hostBucket === undefined ? path : `/${hostBucket}${path}`
  const fields = query
    .split('&')
    .filter((field) => [...listed, ...subresources].includes(field.split('=')[0] ?? ''))
  if (fields.length === 0) return whole
  const decoded = fields.map((field) => {
    const [name, value] = field.split(/=(.*)/s)
    const text = value && Buffer.from(decodeURIComponent(value)).toString('latin1')
    return text === undefined ? `${name}` : `${name}=${text}`
  })
  return `${whole}?${decoded.toSorted().join('&')}`
}
