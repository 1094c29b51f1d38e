/** Conditions on reads, copies and writes: RFC 9110 §13 as S3 applies it. */
import type { Instant } from '../base/clock.ts'
import { S3Error } from '../model/errors.ts'
import type { ObjectRow } from '../stores/metadata/records.ts'
import type { Condition } from '../stores/metadata/store.ts'
import { writeHttpDate } from '../wire/scalars.ts'
import { matches, parseEtags, quoted } from './etags.ts'

export interface ReadConditions {
  readonly IfMatch?: string | undefined
  readonly IfModifiedSince?: Date | undefined
  readonly IfNoneMatch?: string | undefined
  readonly IfUnmodifiedSince?: Date | undefined
}

export interface CopyConditions {
  readonly CopySourceIfMatch?: string | undefined
  readonly CopySourceIfModifiedSince?: Date | undefined
  readonly CopySourceIfNoneMatch?: string | undefined
  readonly CopySourceIfUnmodifiedSince?: Date | undefined
}

export interface WriteConditions {
  readonly IfMatch?: string | undefined
  readonly IfNoneMatch?: string | undefined
}

type ConditionName = 'If-Match' | 'If-None-Match' | 'If-Modified-Since' | 'If-Unmodified-Since'

/** What a condition is judged by. */
type Judged = Pick<ObjectRow, 'etag' | 'modified'>

/** Throws PreconditionFailed, or NotModified with what its headers say, when the object is not what the reader asks for. */
export function checkReadConditions(
  conditions: ReadConditions,
  object: Judged,
  now: Instant,
): void {
  const failed = failedCondition(conditions, object, now)
  if (failed === undefined) return
  if (failed === 'If-None-Match' || failed === 'If-Modified-Since') {
    const modified = writeHttpDate(new Date(object.modified))
    throw new S3Error('NotModified', { ETag: quoted(object.etag), 'Last-Modified': modified })
  }
  throw new S3Error('PreconditionFailed', { Condition: failed })
}

/** Throws PreconditionFailed when the source of a copy is not what the client asks for. */
export function checkCopyConditions(
  conditions: CopyConditions,
  source: Judged,
  now: Instant,
): void {
  const asRead: ReadConditions = {
    IfMatch: conditions.CopySourceIfMatch,
    IfModifiedSince: conditions.CopySourceIfModifiedSince,
    IfNoneMatch: conditions.CopySourceIfNoneMatch,
    IfUnmodifiedSince: conditions.CopySourceIfUnmodifiedSince,
  }
  const failed = failedCondition(asRead, source, now)
  if (failed !== undefined)
    throw new S3Error('PreconditionFailed', { Condition: `x-amz-copy-source-${failed}` })
}

/**
 * What the store has to find when it writes. S3 takes `If-None-Match: *` alone; a tag there is NotImplemented, as is a
 * write that asks for both.
 */
export function writeCondition(input: WriteConditions): Condition {
  if (
    input.IfNoneMatch !== undefined &&
    (input.IfNoneMatch.trim() !== '*' || input.IfMatch !== undefined)
  ) {
    throw new S3Error('NotImplemented', { Header: 'If-None-Match' })
  }
  if (input.IfNoneMatch !== undefined) return { ifNoneMatch: ['*'] }
  return input.IfMatch === undefined ? {} : { ifMatch: parseEtags(input.IfMatch) }
}

/** The first condition that does not hold, in the order of RFC 9110 §13.2.2: a tag, where given, silences the date beside it. */
function failedCondition(
  conditions: ReadConditions,
  object: Judged,
  now: Instant,
): ConditionName | undefined {
  const { IfMatch, IfUnmodifiedSince, IfNoneMatch, IfModifiedSince } = conditions
  if (IfMatch !== undefined) {
    if (!matches(parseEtags(IfMatch), object.etag)) return 'If-Match'
  } else if (
    IfUnmodifiedSince !== undefined &&
    seconds(object.modified) > seconds(IfUnmodifiedSince.getTime())
  ) {
    return 'If-Unmodified-Since'
  }
  if (IfNoneMatch !== undefined)
    return matches(parseEtags(IfNoneMatch), object.etag) ? 'If-None-Match' : undefined
  return IfModifiedSince !== undefined && isUnmodifiedSince(object, IfModifiedSince, now)
    ? 'If-Modified-Since'
    : undefined
}

/** A date that is still to come says nothing about what has changed (RFC 7232 §3.3). */
function isUnmodifiedSince(object: Judged, since: Date, now: Instant): boolean {
  return since.getTime() <= now && seconds(object.modified) <= seconds(since.getTime())
}

/** HTTP dates know no milliseconds. */
function seconds(instant: Instant): number {
  return Math.floor(instant / 1000)
}
