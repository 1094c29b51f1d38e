/** SigV4 in the query: a presigned URL, good for whoever holds it until it expires. */
import type { Instant } from '../base/clock.ts'
import { aws } from '../model/dialects/aws.ts'
import { S3Error } from '../model/errors.ts'
import type { Query } from '../wire/address.ts'
import type { Exchange } from '../wire/exchange.ts'
import { unsupportedAlgorithm } from './authorization-header.ts'
import type { ClaimV4 } from './claim.ts'
import type { Realm } from './realm.ts'
import { clockSkewMillisecondsMax } from './request-time.ts'
import { checkScope, readCredential, type Complaint, type Credential } from './scope.ts'
import { isoTime, readBasicTime, type Timestamp } from './timestamp.ts'

const parameters = [
  'X-Amz-Algorithm',
  'X-Amz-Credential',
  'X-Amz-Signature',
  'X-Amz-Date',
  'X-Amz-SignedHeaders',
  'X-Amz-Expires',
] as const

/** A single one of them already claims an identity: a request with a part of them is refused, never taken for anonymous. */
export function isPresigned(query: Query): boolean {
  return parameters.some((name) => query.has(name))
}

/**
 * Throws AuthorizationQueryParametersError for what does not parse or is meant for another region or service, AccessDenied
 * when it has expired or is not yet valid, InvalidRequest and NotImplemented for algorithms that are not ours.
 */
export function claimFromQuery(exchange: Exchange, query: Query, realm: Realm): ClaimV4 {
  const given = readParameters(query)
  checkAlgorithm(given['X-Amz-Algorithm'], unknownAlgorithm)
  const named = { credential: given['X-Amz-Credential'], date: given['X-Amz-Date'] }
  const { accessKeyId, scope, time } = scopeOf(named, realm, complaintsOfQuery)
  const lifetimeSeconds = readLifetime(given['X-Amz-Expires'], realm)
  checkLife(time, lifetimeSeconds, realm.now)
  return {
    version: 4,
    form: 'query',
    accessKeyId,
    scope,
    signedHeaders: given['X-Amz-SignedHeaders'].split(';'),
    signature: given['X-Amz-Signature'],
    timestamp: time.text,
    sessionToken: query.get('X-Amz-Security-Token') ?? exchange.headers.get('x-amz-security-token'),
  }
}

/** Whom a request's parameters or a form's fields complain of: a fault of the credential, and one of the date. */
export interface ScopeComplaints {
  readonly credential: Complaint
  readonly date: Complaint
}

/** Of a presigned URL, and of a form. The date is that of X-Amz-Date. */
export function scopeOf(
  { credential, date }: { readonly credential: string; readonly date: string },
  realm: Realm,
  complaints: ScopeComplaints,
): Credential & { readonly time: Timestamp } {
  const { accessKeyId, scope } = readCredential(credential, complaints.credential)
  const time = readBasicTime(date)
  if (time === undefined) {
    const says = `X-Amz-Date must be in the ISO8601 Long Format "yyyyMMdd'T'HHmmss'Z'"`
    throw complaints.date({ says })
  }
  checkScope(scope, realm, complaints.credential)
  if (scope.date !== time.text.slice(0, 8)) {
    const says = `Invalid credential date "${scope.date}". This date is not the same as X-Amz-Date: "${time.text}".`
    throw complaints.date({ says })
  }
  return { accessKeyId, scope, time }
}

function complain(says: string, region?: string): S3Error {
  const detail = region === undefined ? {} : { Region: region }
  return new S3Error('AuthorizationQueryParametersError', detail, says)
}

const complaintsOfQuery: ScopeComplaints = {
  credential: ({ says, region }) =>
    complain(`Error parsing the X-Amz-Credential parameter; ${says}`, region),
  date: ({ says }) => complain(says),
}

type Parameters = Record<(typeof parameters)[number], string>

/** Each exactly once: of two values, whoever checks might read one and whoever acts the other. */
function readParameters(query: Query): Parameters {
  const names = Array.from(query.entries(), ([name]) => name)
  const once = parameters.every((name) => names.filter((other) => other === name).length === 1)
  if (!once) {
    throw complain(
      'Query-string authentication version 4 requires the X-Amz-Algorithm, X-Amz-Credential, X-Amz-Signature, X-Amz-Date, X-Amz-SignedHeaders, and X-Amz-Expires parameters.',
    )
  }
  return Object.fromEntries(parameters.map((name) => [name, query.get(name) ?? ''])) as Parameters
}

/** SigV4A is refused by name; of what nobody knows `complain` makes the error. */
export function checkAlgorithm(algorithm: string, complain: () => S3Error): void {
  if (algorithm === 'AWS4-HMAC-SHA256') return
  if (algorithm === 'AWS4-ECDSA-P256-SHA256') throw unsupportedAlgorithm('X-Amz-Algorithm')
  throw complain()
}

const unknownAlgorithm = (): S3Error =>
  complain('X-Amz-Algorithm only supports "AWS4-HMAC-SHA256 and AWS4-ECDSA-P256-SHA256"')

function readLifetime(text: string, realm: Realm): number {
  const { presignedSecondsMax: secondsMax = aws.presignedSecondsMax } = realm
  if (!/^-?\d+$/.test(text)) throw complain('X-Amz-Expires should be a number')
  const seconds = Number(text)
  if (seconds < 0) throw complain('X-Amz-Expires must be non-negative')
  if (seconds <= secondsMax) return seconds
  const span = secondsMax === aws.presignedSecondsMax ? 'a week' : `${secondsMax / 86_400} days`
  throw complain(
    `X-Amz-Expires must be less than ${span} (in seconds); that is, the given X-Amz-Expires must be less than ${secondsMax} seconds`,
  )
}

function checkLife(signed: Timestamp, lifetimeSeconds: number, now: Instant): void {
  if (signed.instant - now > clockSkewMillisecondsMax) {
    throw new S3Error('AccessDenied', {}, 'Request is not valid yet')
  }
  const expires = signed.instant + lifetimeSeconds * 1000
  if (now < expires) return
  const detail = {
    'X-Amz-Expires': lifetimeSeconds,
    Expires: isoTime(expires),
    ServerTime: isoTime(now),
  }
  throw new S3Error('AccessDenied', detail, 'Request has expired')
}
