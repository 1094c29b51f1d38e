/** The policy of a browser's form as a document: JSON in base64 that says until when and under which conditions. */
import type { Instant } from '../base/clock.ts'
import { S3Error } from '../model/errors.ts'
import { decodeUtf8 } from '../wire/xml-text.ts'

export interface Policy {
  readonly expires: Instant
  readonly conditions: readonly Condition[]
}

/** `[operator, name, value]`, as S3 shows it; `["content-length-range", 1, 10]` has numbers, or anything else that fails. */
export type Condition = readonly [operator: Operator, first: unknown, second: unknown]

type Operator = (typeof operators)[number]
const operators = ['eq', 'starts-with', 'content-length-range'] as const

/** Throws InvalidPolicyDocument. The document is as long as a form's fields may be. */
export function readPolicy(base64: string): Policy {
  const document = parse(base64)
  const { expiration, conditions } = isObject(document) ? document : {}
  if (expiration === undefined) throw invalid('Policy missing expiration.')
  if (!Array.isArray(conditions)) throw invalid('Policy missing conditions.')
  return { expires: instantOf(expiration), conditions: conditions.map(readCondition) }
}

function parse(base64: string): unknown {
  const text = decodeUtf8(Buffer.from(base64, 'base64')) ?? ''
  try {
    return JSON.parse(text)
  } catch {
    throw invalid('Invalid JSON.')
  }
}

const isoTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z$/

function instantOf(expiration: unknown): Instant {
  const instant =
    typeof expiration === 'string' && isoTime.test(expiration) ? Date.parse(expiration) : Number.NaN
  if (!Number.isNaN(instant)) return instant
  throw invalid(`Invalid 'expiration' value: '${shown(expiration)}'`)
}

/** Never by its own `toString`, which a document may have set to anything. */
function shown(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}

function readCondition(condition: unknown): Condition {
  if (Array.isArray(condition)) return readList(condition)
  const fields = isObject(condition) ? Object.entries(condition) : []
  const [[name, value] = [], ...more] = fields
  if (name === undefined || more.length > 0) {
    const says = 'Simple-Conditions must have exactly one property specified.'
    throw invalid(`Invalid Simple-Condition: ${says}`)
  }
  if (typeof value !== 'string') throw invalid('Invalid Simple-Condition: value must be a string.')
  return ['eq', `$${name}`, value]
}

function readList(list: readonly unknown[]): Condition {
  const [word, first, second] = list
  const operator = operators.find((name) => typeof word === 'string' && name === word.toLowerCase())
  if (operator === undefined || list.length !== 3) throw invalid('Invalid condition.')
  const isRange = operator === 'content-length-range'
  const isText = typeof first === 'string' && typeof second === 'string'
  if (!isRange && !isText) throw invalid('Invalid condition: its values must be strings.')
  return [operator, first, second]
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function invalid(says: string): S3Error {
  return new S3Error('InvalidPolicyDocument', {}, `Invalid Policy: ${says}`)
}
