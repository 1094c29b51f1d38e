/**
 * Headers that a presigner moved into the query: the SDKs hoist `x-amz-acl`, `x-amz-meta-…` and most of their kin there, and
 * who signed `?x-amz-meta-colour=red` means it. Digests of a body do not count: a presigner knows no body, and the SDK for
 * JavaScript puts that of an empty one into every URL, which S3 ignores. Only a URL presigned with SigV4 is read so: there the
 * signature covers the whole query, so that nobody can add `x-amz-copy-source` to somebody else's URL.
 */
import type { Query } from './address.ts'
import type { Headers } from './exchange.ts'

const digest = /^x-amz-(?:sdk-checksum-algorithm|checksum-(?!algorithm$|type$|mode$).*)$/

function hoistedFrom(query: Query): Map<string, string> | undefined {
  if (!query.has('X-Amz-Signature')) return undefined
  let found: Map<string, string> | undefined
  for (const [name, value] of query.entries()) {
    const field = name.toLowerCase()
    if (!field.startsWith('x-amz-') || digest.test(field) || found?.has(field)) continue
    found ??= new Map()
    found.set(field, Buffer.from(value).toString('latin1'))
  }
  return found
}

/** `headers`, and behind them those of the query. A header that was sent wins. */
export function withHoisted(headers: Headers, query: Query): Headers {
  const hoisted = hoistedFrom(query)
  if (hoisted === undefined) return headers
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
