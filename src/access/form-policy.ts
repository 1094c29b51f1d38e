/** Whether a form keeps the policy that its sender was given: everything that it says must be allowed by a condition. */
import type { Instant } from '../base/clock.ts'
import { S3Error } from '../model/errors.ts'
import { readPolicy, type Condition, type Policy } from './policy-document.ts'

export interface Posted {
  /** Text by lower-case name. */
  readonly fields: ReadonlyMap<string, string>
  /** The one that is posted to, whatever the form says of it. */
  readonly bucket: string
  readonly now: Instant
}

/** Bytes of the file, both ends included. */
export interface Sizes {
  readonly minBytes: number
  readonly maxBytes: number
}

/** What proves the policy and what nobody reads need no condition. */
const free = new Set(['awsaccesskeyid', 'policy', 'signature', 'x-amz-signature', 'file'])

/** How large the file may be. Throws InvalidPolicyDocument, and AccessDenied for what the policy does not allow. */
export function checkPolicy(base64: string, { fields, bucket, now }: Posted): Sizes {
  const policy = readPolicy(base64)
  if (now >= policy.expires) throw denied('Policy expired.')
  const said = new Map([...fields, ['bucket', bucket]])
  for (const condition of policy.conditions) {
    if (!holds(condition, said)) throw failed(condition)
  }
  const extra = uncovered(policy, said)
  if (extra.length > 0) throw denied(`Extra input fields: ${extra.join(', ')}`)
  return sizesOf(policy)
}

/** A field that is not there is empty. */
function holds(condition: Condition, said: ReadonlyMap<string, string>): boolean {
  const [operator, first, second] = condition
  if (operator === 'content-length-range') {
    return sizeOf(first) !== undefined && sizeOf(second) !== undefined
  }
  const name = fieldOf(condition)
  if (name === undefined) return false
  const value = said.get(name) ?? ''
  if (operator === 'eq') return value === second
  // Several types may stand in one field, and each of them must be allowed.
  const values = name === 'content-type' ? value.split(',') : [value]
  return values.every((one) => one.trimStart().startsWith(String(second)))
}

/** The field that a condition names, in lower case; undefined when it lacks its `$`. */
function fieldOf([, first]: Condition): string | undefined {
  if (typeof first !== 'string' || !first.startsWith('$')) return undefined
  return first.slice(1).toLowerCase()
}

function uncovered({ conditions }: Policy, said: ReadonlyMap<string, string>): readonly string[] {
  const covered = new Set(conditions.map(fieldOf))
  return Array.from(said.keys()).filter(
    (name) => !covered.has(name) && !free.has(name) && !name.startsWith('x-ignore-'),
  )
}

/** Of several ranges each must hold. */
function sizesOf({ conditions }: Policy): Sizes {
  const ranges = conditions.filter(([operator]) => operator === 'content-length-range')
  return {
    minBytes: Math.max(0, ...ranges.map(([, min]) => sizeOf(min) ?? Infinity)),
    maxBytes: Math.min(Infinity, ...ranges.map(([, , max]) => sizeOf(max) ?? -Infinity)),
  }
}

/** Whole bytes, as a number or in digits. */
function sizeOf(value: unknown): number | undefined {
  const size = typeof value === 'string' && /^-?\d{1,16}$/.test(value) ? Number(value) : value
  return typeof size === 'number' && Number.isSafeInteger(size) ? size : undefined
}

function failed(condition: Condition): S3Error {
  const shown = condition.map((value) => JSON.stringify(value)).join(', ')
  return denied(`Policy Condition failed: [${shown}]`)
}

function denied(says: string): S3Error {
  return new S3Error('AccessDenied', {}, `Invalid according to Policy: ${says}`)
}
