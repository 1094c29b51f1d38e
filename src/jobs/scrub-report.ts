/** What scrub says of itself and goes on from: one document, written whole, in the data folder. */
import type { Instant } from '../base/clock.ts'
import { noCounts, type Counts, type Cursor } from './examination.ts'
import { noDamage, type Damage } from './findings.ts'

export interface Round extends Damage {
  readonly begun: Instant
  /** Absent while it goes on. */
  readonly finished?: Instant
  readonly counts: Counts
}

export interface ScrubReport {
  readonly version: 1
  /** The last round that was finished. */
  readonly last?: Round
  /** The round that goes on, and where. */
  readonly current?: Round & { readonly cursor: Cursor }
}

/** Where the report lies. `write` is durable and whole when it returns. */
export interface ReportShelf {
  read(): string | undefined
  write(text: string): void
}

export const noReport: ScrubReport = { version: 1 }

/** A report of another version, or a damaged one, is none: the round begins anew. */
export function readReport(text: string | undefined): ScrubReport {
  if (text === undefined) return noReport
  try {
    const found = JSON.parse(text) as ScrubReport
    return found.version === 1 ? found : noReport
  } catch {
    return noReport
  }
}

export function newRound(begun: Instant): Round {
  return { begun, counts: noCounts, ...noDamage }
}
