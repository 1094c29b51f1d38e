/** SigV4 in the Authorization header. */
import { S3Error } from '../model/errors.ts'
import type { Exchange } from '../wire/exchange.ts'
import { withoutOuterSpace } from '../wire/headers.ts'
import type { ClaimV4 } from './claim.ts'
import type { Realm } from './realm.ts'
import { checkSkew, requestTime } from './request-time.ts'
import { checkScope, readCredential, type Complaint } from './scope.ts'

/**
 * Throws AuthorizationHeaderMalformed for what does not parse or is meant for another region or service, InvalidRequest and
 * NotImplemented for schemes that are not ours, AccessDenied without a date, RequestTimeTooSkewed beyond 15 minutes.
 */
export function claimFromHeader(exchange: Exchange, authorization: string, realm: Realm): ClaimV4 {
  const fields = readFields(withoutScheme(authorization))
  const { accessKeyId, scope } = readCredential(fields.Credential, complain)
  const time = requestTime(exchange.headers)
  checkScope(scope, realm, complain)
  if (scope.date !== time.text.slice(0, 8)) {
    throw complain({ says: 'Invalid credential date. Date is not the same as X-Amz-Date.' })
  }
  checkSkew(time, realm.now)
  return {
    version: 4,
    form: 'header',
    accessKeyId,
    scope,
    signedHeaders: namesOf(fields.SignedHeaders),
    signature: fields.Signature,
    timestamp: time.text,
    sessionToken: exchange.headers.get('x-amz-security-token'),
  }
}

/** Of the request before: a pure function's last result, whose names are then looked up faster, too. */
let last: { readonly text: string; readonly names: readonly string[] } | undefined

function namesOf(text: string): readonly string[] {
  if (last?.text !== text) last = { text, names: text.split(';') }
  return last.names
}

const complain: Complaint = ({ says, region }) =>
  new S3Error(
    'AuthorizationHeaderMalformed',
    region === undefined ? {} : { Region: region },
    `The authorization header is malformed; ${says}`,
  )

function withoutScheme(authorization: string): string {
  const space = authorization.indexOf(' ')
  if (space < 0) {
    const detail = { ArgumentName: 'Authorization', ArgumentValue: authorization }
    const says = "Authorization header is invalid -- one and only one ' ' (space) required."
    throw new S3Error('InvalidArgument', detail, says)
  }
  const scheme = authorization.slice(0, space)
  if (scheme === 'AWS4-ECDSA-P256-SHA256') throw unsupportedAlgorithm('Authorization')
  if (scheme !== 'AWS4-HMAC-SHA256') {
    const detail = { ArgumentName: 'Authorization', ArgumentValue: authorization }
    throw new S3Error('InvalidArgument', detail, 'Unsupported Authorization Type')
  }
  return authorization.slice(space + 1)
}

export function unsupportedMechanism(): S3Error {
  const says =
    'The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256.'
  return new S3Error('InvalidRequest', {}, says)
}

/** SigV4A, refused by name. `where` is the header or parameter that asked for it. */
export function unsupportedAlgorithm(where: string): S3Error {
  const says =
    'The signing algorithm AWS4-ECDSA-P256-SHA256 is not implemented. Please use AWS4-HMAC-SHA256.'
  return new S3Error('NotImplemented', { Header: where }, says)
}

const fieldNames = ['Credential', 'SignedHeaders', 'Signature'] as const
type Fields = Record<(typeof fieldNames)[number], string>

function readFields(text: string): Fields {
  const components = text.split(',')
  if (components.length !== fieldNames.length) {
    const says =
      'the authorization header requires three components: Credential, SignedHeaders, and Signature.'
    throw complain({ says })
  }
  const fields = new Map(components.map(readField))
  for (const name of fieldNames) {
    if (!fields.get(name)) throw complain({ says: `missing ${name}.` })
  }
  const field = (name: string): string => fields.get(name) ?? ''
  return {
    Credential: field('Credential'),
    SignedHeaders: field('SignedHeaders'),
    Signature: field('Signature'),
  }
}

function readField(text: string): [name: string, value: string] {
  const equals = text.indexOf('=')
  if (equals < 0) {
    const says = `the authorization component "${withoutOuterSpace(text)}" is malformed.`
    throw complain({ says })
  }
  const name = withoutOuterSpace(text.slice(0, equals))
  return [name, withoutOuterSpace(text.slice(equals + 1))]
}
