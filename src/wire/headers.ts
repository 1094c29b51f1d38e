/**
 * Header fields read from node's `rawHeaders`. Node answers a repeated field with the first value or a joined one; a field
 * that decides who asks or where the body ends must not have two readings, so here its repetition is refused.
 */
import { S3Error, type ErrorCode } from '../model/errors.ts'
import type { Headers } from './exchange.ts'

/** More than any client sends; node alone drops fields beyond its own limit without a word. */
const headerFieldsMax = 256

const refusals: ReadonlyMap<string, ErrorCode> = new Map([
  ['host', 'InvalidRequest'],
  ['content-length', 'InvalidRequest'],
  ['transfer-encoding', 'InvalidRequest'],
  ['authorization', 'InvalidArgument'],
  ['content-md5', 'InvalidArgument'],
  ['date', 'InvalidArgument'],
  ['x-amz-content-sha256', 'InvalidArgument'],
  ['x-amz-date', 'InvalidArgument'],
  ['x-amz-decoded-content-length', 'InvalidArgument'],
  ['x-amz-security-token', 'InvalidArgument'],
  ['x-amz-trailer', 'InvalidArgument'],
  ['x-yacloud-subjecttoken', 'InvalidArgument'],
])

/**
 * `rawHeaders` are names and values by turns, one char per byte.
 * Throws InvalidRequest, InvalidArgument, RequestHeaderSectionTooLarge.
 */
export function readHeaders(rawHeaders: readonly string[]): Headers {
  if (rawHeaders.length > 2 * headerFieldsMax) throw new S3Error('RequestHeaderSectionTooLarge')
  const fields = new Map<string, string[]>()
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const name = (rawHeaders[at] ?? '').toLowerCase()
    const value = withoutOuterSpace(rawHeaders[at + 1] ?? '')
    const earlier = fields.get(name)
    if (earlier === undefined) fields.set(name, [value])
    else earlier.push(refuseRepeated(name, value))
  }
  checkTransferEncoding(fields.get('transfer-encoding'))
  return {
    get: (name) => {
      const values = fields.get(name)
      return values?.length === 1 ? values[0] : values?.join(',')
    },
    all: (name) => fields.get(name) ?? [],
    names: () => fields.keys(),
  }
}

function refuseRepeated(name: string, value: string): string {
  const code = refusals.get(name)
  if (code === undefined) return value
  throw new S3Error(code, { ArgumentName: name }, `The header ${name} was given more than once.`)
}

/** Node lets `identity, chunked` pass, which another hop may read differently (request smuggling). */
function checkTransferEncoding(values: readonly string[] | undefined): void {
  if (values === undefined || values[0]?.toLowerCase() === 'chunked') return
  throw new S3Error('InvalidRequest', { ArgumentName: 'transfer-encoding' })
}

/**
 * Without the spaces and tabs around it, and nothing else: `trim` would take bytes such as 0xA0 for space as well. Loops
 * from both ends, for a pattern would take quadratic time on a long run of spaces within.
 */
export function withoutOuterSpace(value: string): string {
  let start = 0
  let end = value.length
  while (start < end && isSpace(value.charCodeAt(start))) start += 1
  while (end > start && isSpace(value.charCodeAt(end - 1))) end -= 1
  return value.slice(start, end)
}

function isSpace(char: number): boolean {
  return char === 0x20 || char === 0x09
}
