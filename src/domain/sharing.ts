/** CORS: what a page of another origin may learn of an answer, by the rules of the bucket that it asked. */
import type { CORSRule } from '../model/types.gen.ts'

/** What a browser says for the page. */
export interface CorsQuestion {
  readonly origin: string
  /** The method of the request, or of the one that a preflight announces. */
  readonly method: string
  /** Names of the header fields that a preflight announces. */
  readonly headers: readonly string[]
}

type Field = readonly [name: string, value: string]

/** Without them an upload in parts cannot be completed from a page, nor checked, nor reported. */
const exposedByDefault: readonly string[] = [
  'ETag',
  'x-amz-checksum-crc32',
  'x-amz-checksum-crc32c',
  'x-amz-checksum-crc64nvme',
  'x-amz-checksum-md5',
  'x-amz-checksum-sha1',
  'x-amz-checksum-sha256',
  'x-amz-checksum-sha512',
  'x-amz-checksum-type',
  'x-amz-checksum-xxhash128',
  'x-amz-checksum-xxhash3',
  'x-amz-checksum-xxhash64',
  'x-amz-request-id',
  'x-amz-version-id',
]

/** The answer depends on these, whatever it says: a cache must keep them apart. */
export const varyOnOrigin: Field = [
  'Vary',
  'Origin, Access-Control-Request-Headers, Access-Control-Request-Method',
]

/** The first rule that allows all that is asked, and what it then says. Nothing where none does. */
export function sharingHeaders(rules: readonly CORSRule[], asked: CorsQuestion): readonly Field[] {
  for (const rule of rules) {
    const origin = rule.AllowedOrigins.find((pattern) => meets(pattern, asked.origin))
    if (origin !== undefined && allows(rule, asked)) return headersOf(rule, origin, asked)
  }
  return []
}

function allows({ AllowedMethods, AllowedHeaders = [] }: CORSRule, asked: CorsQuestion): boolean {
  const patterns = AllowedHeaders.map((pattern) => pattern.toLowerCase())
  return (
    AllowedMethods.includes(asked.method) &&
    asked.headers.every((name) => patterns.some((pattern) => meets(pattern, name.toLowerCase())))
  )
}

/** A pattern has one '*' at most, which stands for any text, also none. */
function meets(pattern: string, text: string): boolean {
  const at = pattern.indexOf('*')
  if (at < 0) return pattern === text
  const [start, end] = [pattern.slice(0, at), pattern.slice(at + 1)]
  return text.length >= start.length + end.length && text.startsWith(start) && text.endsWith(end)
}

function headersOf(rule: CORSRule, origin: string, asked: CorsQuestion): readonly Field[] {
  const exposed = rule.ExposeHeaders ?? exposedByDefault
  const headers: Field[] = [
    ['Access-Control-Allow-Origin', origin === '*' ? '*' : asked.origin],
    ['Access-Control-Allow-Methods', rule.AllowedMethods.join(', ')],
    ['Access-Control-Expose-Headers', exposed.join(', ')],
  ]
  if (asked.headers.length > 0) {
    headers.push(['Access-Control-Allow-Headers', asked.headers.join(', ').toLowerCase()])
  }
  if (rule.MaxAgeSeconds !== undefined) {
    headers.push(['Access-Control-Max-Age', String(rule.MaxAgeSeconds)])
  }
  // As S3 has it; to every origin at once a browser would refuse it.
  if (origin !== '*') headers.push(['Access-Control-Allow-Credentials', 'true'])
  return headers
}
