/** What crosses between the calling thread and the writer thread. */
import type { MessagePort } from 'node:worker_threads'
import type { SharedHistogram } from '../../../base/histogram.ts'
import type { Call } from './group.ts'
import { CorruptRecord } from './seal.ts'
import type { MetadataMeters } from '../meters.ts'

export interface WriterSettings {
  readonly file: string
  /** Every commit is durable before it is answered. */
  readonly syncsCommits: boolean
  readonly meters: SharedMeters
}

/** The store's meters (../meters.ts) on their way to a thread. */
export type SharedMeters = Readonly<Record<keyof MetadataMeters, SharedHistogram>>

export interface WriterData extends WriterSettings {
  readonly port: MessagePort
}

export type ToWriter =
  | { readonly kind: 'calls'; readonly calls: readonly Call[] }
  | { readonly kind: 'close' }

export type FromWriter =
  | { readonly kind: 'opened'; readonly epoch: number }
  | { readonly kind: 'outcomes'; readonly outcomes: readonly Sent[] }
  | { readonly kind: 'failed'; readonly error: Described }
  | { readonly kind: 'closed' }

export type Sent =
  | { readonly id: number; readonly value: unknown }
  | { readonly id: number; readonly error: Described }

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
