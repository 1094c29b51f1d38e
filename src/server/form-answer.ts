/** What the sender of a form is told: nothing, a document, or where to go next, as its fields wish. */
import { assert } from '../base/assert.ts'
import type { Address } from '../wire/address.ts'
import type { Exchange, Reply } from '../wire/exchange.ts'
import { percentEncode, percentEncodePath } from '../wire/percent.ts'
import { writeXml } from '../wire/xml-write.ts'

export interface Answered {
  /** Text by lower-case name. */
  readonly fields: ReadonlyMap<string, string>
  readonly address: Address
  readonly exchange: Pick<Exchange, 'headers' | 'peer'>
}

/** `put` is what the PutObject was answered. A redirect goes before a status, and a status that S3 does not know is 204. */
export function answerForm(put: Reply, answered: Answered): Reply {
  const { fields, address } = answered
  const facts = put.headers.filter(([name]) => name.toLowerCase() !== 'content-length')
  const [, etag = ''] = facts.find(([name]) => name.toLowerCase() === 'etag') ?? []
  const next = redirectOf(fields.get('success_action_redirect'))
  if (next !== undefined) {
    const names = [['bucket', address.bucket] as const, ['key', address.key] as const]
    const query = [...names, ['etag', etag] as const].map(
      ([name, value]) => `${name}=${percentEncode(value ?? '')}`,
    )
    next.search += (next.search === '' ? '?' : '&') + query.join('&')
    return { status: 303, headers: [...facts, ['Location', next.href]], body: undefined }
  }
  const location = locationOf(answered)
  const headers = [...facts, ['Location', location] as const]
  const status = fields.get('success_action_status')
  if (status === '200') return { status: 200, headers, body: undefined }
  if (status !== '201') return { status: 204, headers, body: undefined }
  const body = writeXml('PostResponse', [
    ['Location', location],
    ['Bucket', address.bucket ?? ''],
    ['Key', address.key ?? ''],
    ['ETag', etag],
  ])
  return { status: 201, headers: [['Content-Type', 'application/xml'], ...headers], body }
}

/** What is no absolute URL of the web counts as not there, as with S3. */
function redirectOf(text: string | undefined): URL | undefined {
  const url = text === undefined ? null : URL.parse(text)
  return url !== null && /^https?:$/.test(url.protocol) ? url : undefined
}

/** The object's address at the host that was asked, in the style in which it was. */
function locationOf({ address, exchange }: Answered): string {
  const { bucket, key, virtualHost } = address
  assert(bucket !== undefined && key !== undefined, 'a form makes an object')
  const path = virtualHost ? `/${key}` : `/${bucket}/${key}`
  const scheme = exchange.peer.secure ? 'https' : 'http'
  return `${scheme}://${exchange.headers.get('host') ?? ''}${percentEncodePath(path)}`
}
