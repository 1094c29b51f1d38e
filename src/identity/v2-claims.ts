/** SigV2 in the Authorization header and in the query: `aws s3 presign` of the first AWS CLI and boto3 make it by default. */
import type { Instant } from '../base/clock.ts'
import { S3Error } from '../model/errors.ts'
import type { Query } from '../wire/address.ts'
import type { Exchange } from '../wire/exchange.ts'
import { withHoisted } from '../wire/hoisted.ts'
import type { ClaimV2 } from './claim.ts'
import type { Realm } from './realm.ts'
import { checkSkew, requestTime } from './request-time.ts'
import { isoTime } from './timestamp.ts'

const tokenHeader = 'x-amz-security-token'

/** The scheme is `AWS` and nothing more. */
export function isHeaderV2(authorization: string): boolean {
  return /^AWS(?: |$)/.test(authorization)
}

/** Throws InvalidArgument for what does not parse, AccessDenied without a date, RequestTimeTooSkewed beyond 15 minutes. */
export function claimFromHeaderV2(
  { headers }: Exchange,
  authorization: string,
  realm: Realm,
): ClaimV2 {
  const [, accessKeyId, signature] = /^AWS ([^:\s]+):([^:\s]+)$/.exec(authorization) ?? []
  if (accessKeyId === undefined || signature === undefined) {
    const detail = { ArgumentName: 'Authorization', ArgumentValue: authorization }
    const says = 'AWS authorization header is invalid.  Expected AwsAccessKeyId:signature'
    throw new S3Error('InvalidArgument', detail, says)
  }
  checkSkew(requestTime(headers), realm.now)
  const isDatedByAmazon = headers.get('x-amz-date') !== undefined
  return {
    version: 2,
    form: 'header',
    accessKeyId,
    signature,
    date: isDatedByAmazon ? '' : (headers.get('date') ?? ''),
    sessionToken: headers.get(tokenHeader),
  }
}

const parameters = ['AWSAccessKeyId', 'Signature', 'Expires'] as const

/** Enough of the parameters to mean SigV2; Expires and Signature alone may be anybody's. */
export function isPresignedV2(query: Query): boolean {
  return query.has('AWSAccessKeyId') || (query.has('Signature') && query.has('Expires'))
}

/** Throws AccessDenied for parameters that are missing, repeated or no time, and when the URL has expired. */
export function claimFromQueryV2({ headers }: Exchange, query: Query, realm: Realm): ClaimV2 {
  const names = Array.from(query.entries(), ([name]) => name)
  const isOnce = (name: string): boolean => names.filter((other) => other === name).length === 1
  const [accessKeyId, signature, date] = parameters.map((name) => query.get(name))
  if (!parameters.every(isOnce) || !accessKeyId || !signature || !date) {
    const says =
      'Query-string authentication requires the Signature, Expires and AWSAccessKeyId parameters'
    throw new S3Error('AccessDenied', {}, says)
  }
  checkLife(date, realm.now)
  const sessionToken = withHoisted(headers, query).get(tokenHeader)
  return { version: 2, form: 'query', accessKeyId, signature, date, sessionToken }
}

/** `text` is in seconds since 1970. */
function checkLife(text: string, now: Instant): void {
  if (!/^\d{1,12}$/.test(text)) {
    const says = `Invalid date (should be seconds since epoch): ${text}`
    throw new S3Error('AccessDenied', {}, says)
  }
  const expires = Number(text) * 1000
  if (now <= expires) return
  const detail = { Expires: isoTime(expires), ServerTime: isoTime(now) }
  throw new S3Error('AccessDenied', detail, 'Request has expired')
}
