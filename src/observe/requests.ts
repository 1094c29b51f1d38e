/**
 * The numbers of requests, counted where their record is made. What they are kept by is bounded: operations and error codes
 * are of the table and the catalogue, statuses are told by their first digit, and no name of a bucket, key or account is here.
 */
import { Histogram } from '../base/histogram.ts'
import { counter, gauge, histogram, sampleOf, type Family, type Sample } from './families.ts'
import type { Outcome, Story } from './record.ts'

/** Seconds: a small object on a good disk, to a part of gigabytes on a slow line. */
const secondsBounds = [
  0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300,
] as const

/** Of requests that never came to an operation: preflights, token requests, what is refused before. */
const noOperation = 'none'

interface Tally {
  /** By the first digit of the status. */
  readonly statuses: number[]
  readonly codes: Map<string, number>
  readonly seconds: Histogram
  bytesIn: number
  bytesOut: number
  cut: number
}

export class RequestMeters {
  readonly #tallies = new Map<string, Tally>()
  #inFlight = 0

  /** Every request is begun, and later counted or, where it is a monitor's, left out. */
  begin(): void {
    this.#inFlight += 1
  }

  count(story: Story, outcome: Outcome): void {
    this.#inFlight -= 1
    if (story.monitor === true) return
    const tally = this.#tallyOf(story.operation ?? noOperation)
    const status = Math.floor(outcome.status / 100)
    tally.statuses[status] = (tally.statuses[status] ?? 0) + 1
    if (story.code !== undefined) {
      tally.codes.set(story.code, (tally.codes.get(story.code) ?? 0) + 1)
    }
    // The clock of the system may be set back meanwhile.
    tally.seconds.observe(Math.max(0, outcome.milliseconds) / 1000)
    tally.bytesIn += outcome.bytesIn
    tally.bytesOut += outcome.bytesOut
    if (outcome.cut) tally.cut += 1
  }

  families(): readonly Family[] {
    return [
      counter(
        'ashlar_http_requests',
        'Requests by operation and class of status',
        this.#statuses(),
      ),
      counter('ashlar_http_errors', 'Errors by operation and error code of S3', this.#codes()),
      histogram(
        'ashlar_http_request_seconds',
        'From the head of a request to the end of its answer, by operation',
        this.#entries().map(([operation, { seconds }]) => sampleOf(seconds, { operation })),
      ),
      counter(
        'ashlar_http_received_bytes',
        'Bytes of request bodies as they came, by operation',
        this.#each((tally) => tally.bytesIn),
      ),
      counter(
        'ashlar_http_sent_bytes',
        'Bytes of the bodies of answers, by operation',
        this.#each((tally) => tally.bytesOut),
      ),
      counter(
        'ashlar_http_cut_answers',
        'Answers that did not reach their end: the client left, or the bytes could not be proven',
        this.#each((tally) => tally.cut),
      ),
      gauge(
        'ashlar_http_requests_in_flight',
        'Requests begun and not yet answered',
        this.#inFlight,
      ),
    ]
  }

  #tallyOf(operation: string): Tally {
    const known = this.#tallies.get(operation)
    if (known !== undefined) return known
    const tally: Tally = {
      statuses: [0, 0, 0, 0, 0, 0],
      codes: new Map(),
      seconds: new Histogram(secondsBounds),
      bytesIn: 0,
      bytesOut: 0,
      cut: 0,
    }
    this.#tallies.set(operation, tally)
    return tally
  }

  #entries(): ReadonlyArray<readonly [string, Tally]> {
    return [...this.#tallies].toSorted(([one], [other]) => (one < other ? -1 : 1))
  }

  #each(value: (tally: Tally) => number): readonly Sample[] {
    return this.#entries().map(([operation, tally]) => ({
      labels: { operation },
      value: value(tally),
    }))
  }

  #statuses(): readonly Sample[] {
    return this.#entries().flatMap(([operation, { statuses }]) =>
      statuses.flatMap((value, digit) =>
        value === 0 ? [] : [{ labels: { operation, status: `${digit}xx` }, value }],
      ),
    )
  }

  #codes(): readonly Sample[] {
    return this.#entries().flatMap(([operation, { codes }]) =>
      [...codes].map(([code, value]) => ({ labels: { operation, code }, value })),
    )
  }
}
