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
  checkAlgorithm(given['X-Amz-Algorithm'])
  const { accessKeyId, scope, time } = scopeOf(
    given['X-Amz-Credential'],
    given['X-Amz-Date'],
    realm,
  )
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

/** Of a presigned URL, and of a form, of whose credential S3 complains in the same words. */
export function scopeOf(
  credential: string,
  date: string,
  realm: Realm,
): Credential & { readonly time: Timestamp } {
  const { accessKeyId, scope } = readCredential(credential, complainOfCredential)
  const time = readBasicTime(date)
  if (time === undefined) {
    throw complain(`X-Amz-Date must be in the ISO8601 Long Format "yyyyMMdd'T'HHmmss'Z'"`)
  }
  checkScope(scope, realm, complainOfCredential)
  if (scope.date !== time.text.slice(0, 8)) {
    const says = `Invalid credential date "${scope.date}". This date is not the same as X-Amz-Date: "${time.text}".`
    throw complain(says)
  }
  return { accessKeyId, scope, time }
}

function complain(says: string, region?: string): S3Error {
  const detail = region === undefined ? {} : { Region: region }
  return new S3Error('AuthorizationQueryParametersError', detail, says)
}

const complainOfCredential: Complaint = ({ says, region }) =>
  complain(`Error parsing the X-Amz-Credential parameter; ${says}`, region)

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

export function checkAlgorithm(algorithm: string): void {
  if (algorithm === 'AWS4-HMAC-SHA256') return
  if (algorithm === 'AWS4-ECDSA-P256-SHA256') throw unsupportedAlgorithm('X-Amz-Algorithm')
  throw complain('X-Amz-Algorithm only supports "AWS4-HMAC-SHA256 and AWS4-ECDSA-P256-SHA256"')
}

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
