/** When a request with an Authorization header was signed, and whether that is now. */
import type { Instant } from '../base/clock.ts'
import { S3Error } from '../model/errors.ts'
import type { Headers } from '../wire/exchange.ts'
import { isoTime, readDateHeader, type Timestamp } from './timestamp.ts'

/** Both ways; AWS's own tolerance. */
export const clockSkewMillisecondsMax: number = 15 * 60 * 1000

/** X-Amz-Date wins over Date, as a client that cannot set Date sends both. Throws AccessDenied without either. */
export function requestTime(headers: Headers): Timestamp {
  const text = headers.get('x-amz-date') ?? headers.get('date')
  const time = text === undefined ? undefined : readDateHeader(text)
  if (time !== undefined && time.instant >= 0) return time
  const says = 'AWS authentication requires a valid Date or x-amz-date header'
  throw new S3Error('AccessDenied', {}, says)
}

/** Throws RequestTimeTooSkewed beyond 15 minutes. */
export function checkSkew(time: Timestamp, now: Instant): void {
  if (Math.abs(now - time.instant) <= clockSkewMillisecondsMax) return
  throw new S3Error('RequestTimeTooSkewed', {
    RequestTime: time.text,
    ServerTime: isoTime(now),
    MaxAllowedSkewMilliseconds: clockSkewMillisecondsMax,
  })
}
