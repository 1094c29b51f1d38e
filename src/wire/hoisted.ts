/**
 * Headers that a presigner moved into the query: the SDKs hoist `x-amz-acl`, `x-amz-meta-…` and most of their kin there, and
 * who signed `?x-amz-meta-colour=red` means it. Digests of a body do not count: a presigner knows no body, and the SDK for
 * JavaScript puts that of an empty one into every URL, which S3 ignores. Only a presigned URL is read so: SigV4 signs the whole
 * query and SigV2 each field that is listed here, so that nobody can add `x-amz-copy-source` to somebody else's URL.
 */
import type { Query } from './address.ts'
import type { Headers } from './exchange.ts'
import { checkField } from './header-text.ts'

const digest = /^x-amz-(?:sdk-checksum-algorithm|checksum-(?!algorithm$|type$|mode$).*)$/

/**
 * By lower-case name, the first value of each, one char per byte; none unless the query holds a signature. Throws
 * InvalidArgument for what could be no header, and so would read as two in SigV2's string to sign.
 */
export function presignedFields(query: Query): ReadonlyMap<string, string> {
  if (!isSigned(query)) return none
  const found = new Map<string, string>()
  for (const [name, value] of query.entries()) {
    const field = name.toLowerCase()
    if (!field.startsWith('x-amz-') || found.has(field)) continue
    const text = Buffer.from(value).toString('latin1')
    checkField(field, text)
    found.set(field, text)
  }
  return found
}

const none: ReadonlyMap<string, string> = new Map()

function isSigned(query: Query): boolean {
  return query.has('X-Amz-Signature') || (query.has('AWSAccessKeyId') && query.has('Signature'))
}

/** `headers`, and behind them those of the query. A header that was sent wins. */
export function withHoisted(headers: Headers, query: Query): Headers {
  const fields = presignedFields(query)
  if (fields.size === 0) return headers
  const hoisted = new Map([...fields].filter(([name]) => !digest.test(name)))
  return {
    get: (name) => headers.get(name) ?? hoisted.get(name),
    all: (name) => {
      const sent = headers.all(name)
      const value = hoisted.get(name)
      return sent.length > 0 || value === undefined ? sent : [value]
    },
    names: () => new Set([...headers.names(), ...hoisted.keys()]),
  }
}
