/** The one record of a request, made when its answer is out: a line of the log, and its numbers. */
import type { Log } from './log.ts'
import type { RequestMeters } from './requests.ts'

/** What the line learns of a request while it walks along it; everything is absent that it never came to. */
export interface Story {
  operation?: string
  bucket?: string | undefined
  key?: string | undefined
  uploadId?: string | undefined
  partNumber?: string | undefined
  accessKeyId?: string | undefined
  /** It was a monitor that asked for the server's health. */
  monitor?: boolean
  /** S3's error code, when the answer is one or turned into one. */
  code?: string
}

export interface Outcome {
  readonly id: string
  readonly method: string
  readonly peer: string
  readonly status: number
  readonly bytesIn: number
  readonly bytesOut: number
  readonly milliseconds: number
  /** The client did not take the whole answer, or could not be given it. */
  readonly cut: boolean
}

export interface Observers {
  readonly log: Log
  readonly requests: Pick<RequestMeters, 'count'>
}

/** Requests of monitors are told at debug; everything else is one line at info. */
export function record({ log, requests }: Observers, story: Story, outcome: Outcome): void {
  requests.count(story, outcome)
  const { operation, bucket, key, accessKeyId, code } = story
  const fields = {
    reqId: outcome.id,
    op: operation,
    bucket,
    key,
    uploadId: story.uploadId,
    partNumber: story.partNumber,
    accessKey: accessKeyId,
    remote: outcome.peer,
    code,
    bytesIn: outcome.bytesIn,
    bytesOut: outcome.bytesOut,
    cut: outcome.cut || undefined,
  }
  const what = operation ?? outcome.method
  const message = `${what} ${outcome.status} ${outcome.milliseconds} ms`
  const facts = { ...fields, status: outcome.status, ms: outcome.milliseconds }
  if (story.monitor === true) log.debug(facts, message)
  else log.info(facts, message)
}
