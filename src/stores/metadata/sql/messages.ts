/** What crosses between the calling thread and the writer thread. */
import type { MessagePort } from 'node:worker_threads'
import type { SharedHistogram } from '../../../base/histogram.ts'
import type { PackedCalls } from './packing.ts'
import { CorruptRecord } from './seal.ts'
import type { MetadataMeters } from '../meters.ts'

export interface WriterSettings {
  readonly file: string
  /** Every commit is durable before it is answered. */
  readonly syncsCommits: boolean
  readonly rehearses: boolean
  readonly meters: SharedMeters
}

/** The store's meters (../meters.ts) on their way to a thread. */
export type SharedMeters = Readonly<Record<keyof MetadataMeters, SharedHistogram>>

export interface WriterData extends WriterSettings {
  readonly port: MessagePort
}

export type ToWriter =
  | { readonly kind: 'calls'; readonly packed: PackedCalls }
  | { readonly kind: 'close' }

export type FromWriter =
  | { readonly kind: 'opened'; readonly epoch: number }
  | ({ readonly kind: 'outcomes' } & Outcomes)
  | { readonly kind: 'failed'; readonly error: Described }
  | { readonly kind: 'closed' }

/** Of calls in the order in which they were made, apart: a list of plain values is cheap to send. */
export interface Outcomes {
  /** One for each call. */
  readonly values: readonly unknown[]
  /** Of the calls that threw, by their place among the values. */
  readonly errors: ReadonlyArray<readonly [place: number, error: Described]>
}

export interface CheckpointerData {
  readonly file: string
  readonly seconds: SharedHistogram
}

/** `goOn`: the rest was written back. */
export type ToCheckpointer = 'goOn' | 'close'

/** `long`: the log is, and all of it but a short rest was written back. */
export type FromCheckpointer =
  | { readonly kind: 'long' }
  | { readonly kind: 'failed'; readonly error: Described }

/** Classes do not survive the crossing: what matters of an error does. */
export interface Described {
  readonly name: string
  readonly message: string
  readonly stack: string
}

export function describe(error: unknown): Described {
  if (!(error instanceof Error)) return { name: 'Error', message: String(error), stack: '' }
  return { name: error.name, message: error.message, stack: error.stack ?? '' }
}

export function revive(described: Described): Error {
  const { name, message, stack } = described
  const error = name === 'CorruptRecord' ? new CorruptRecord(message) : new Error(message)
  error.stack = stack
  return error
}
