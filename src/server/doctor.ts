/**
 * Tells the operator why a signature did not match: one record in the log, after the client has its answer, which says nothing of
 * it. Only a request that names a key which exists comes here, and only so many of them: a diagnosis costs some milliseconds.
 */
import { Allowance } from '../base/allowance.ts'
import type { Clock } from '../base/clock.ts'
import { diagnose, findingOf, type Diagnosis } from '../identity/doctor/diagnose.ts'
import type { ServerFacts } from '../identity/doctor/alternative.ts'
import { SignatureMismatch } from '../identity/mismatch.ts'
import { S3Error } from '../model/errors.ts'
import type { Log } from '../observe/log.ts'
import type { Exchange } from '../wire/exchange.ts'

/** After a pause this many are examined at once. */
const burst = 10

export interface DoctorParts {
  readonly log: Log
  readonly clock: Clock
  /** Diagnoses; 0 is none. */
  readonly perSecond: number
  /** Asked when there is something to examine: a port is known only then. */
  readonly facts: () => ServerFacts
}

export class Doctor {
  readonly #parts: DoctorParts
  readonly #allowance: Allowance
  /** Since the last record. */
  #unexamined = 0

  constructor(parts: DoctorParts) {
    const { perSecond, clock } = parts
    this.#parts = parts
    this.#allowance = new Allowance({ perSecond, burst: Math.max(burst, perSecond) }, clock)
  }

  /** `error` is what a request failed with. */
  see(error: unknown, { id, peer }: Pick<Exchange, 'id' | 'peer'>): void {
    const { log, perSecond } = this.#parts
    if (!(error instanceof S3Error) || error.code !== 'SignatureDoesNotMatch') return
    if (perSecond === 0) return
    if (!this.#allowance.take()) {
      this.#unexamined += 1
      return
    }
    try {
      this.#tell(error, { id, peer })
    } catch (defect) {
      // The request is over and was refused rightly: a defect of the explanation ends nothing.
      log.error({ reqId: id, err: defect }, 'a signature could not be examined')
    }
  }

  #tell(error: S3Error, { id, peer }: Pick<Exchange, 'id' | 'peer'>): void {
    const { log, facts } = this.#parts
    const diagnosis = examine(error, facts())
    if (diagnosis === undefined) return
    const doctor = { ...diagnosis, unexamined: this.#unexamined || undefined }
    this.#unexamined = 0
    const fields = { reqId: id, accessKey: error.detail['AWSAccessKeyId'], remote: peer.address }
    log.warn({ ...fields, doctor }, `a signature does not match: ${sentenceOf(diagnosis)}`)
  }
}

/** An error without a suspect is that of a chunk: the head was signed rightly, else there would be no chunk. */
function examine(error: S3Error, facts: ServerFacts): Diagnosis | undefined {
  if (!(error instanceof SignatureMismatch)) {
    const findings = [findingOf({ cause: 'chunk-changed' })]
    return { findings, attempts: 0, host: '', proxies: [], missing: [] }
  }
  const suspect = error.suspect()
  return suspect && diagnose(suspect, facts)
}

function sentenceOf({ findings, host, missing }: Diagnosis): string {
  if (findings.length > 0) return findings.map(({ says }) => says).join('; and ')
  if (missing.length > 0) return `signed headers did not arrive: ${missing.join(', ')}`
  return `nothing that was tried explains it: the client has another secret, or it calls another Host than ${host}, which a proxy put there`
}
