/**
 * What crosses between the first process, which has the data folder and writes the metadata, and the workers, which serve. The
 * channel is node:cluster's own; as a structured clone, so bytes cross as bytes.
 */
import type { HoldKey } from '../../base/holds.ts'
import type { Family } from '../../observe/families.ts'
import type { Call } from '../../stores/metadata/sql/group.ts'
import type { Answered } from '../../stores/metadata/sql/remote-writer.ts'
import type { Config } from '../config.ts'
import type { Identities } from '../identities.ts'

/** The first message to a worker: all that it is, so that it reads nothing itself that may have changed since the service began. */
export interface Hello {
  readonly kind: 'hello'
  /** 1 to `config.workers`; whoever replaces a worker has its number. */
  readonly number: number
  readonly epoch: number
  readonly config: Config
  readonly identities: Identities
}

/** Asked of every worker; who does not answer in time is ended. */
export type Question =
  /** A bucket is about to change: forget what you remember of them, and remember nothing before `changed`. */
  | { readonly about: 'buckets' }
  /** Which of these do you hold? */
  | { readonly about: 'holds'; readonly keys: readonly HoldKey[] }

export type ToWorker =
  | Hello
  /** It is known and will be asked: it may take requests. */
  | { readonly kind: 'open' }
  | { readonly kind: 'outcomes'; readonly outcomes: readonly Answered[] }
  | { readonly kind: 'question'; readonly id: number; readonly question: Question }
  | { readonly kind: 'changed' }
  /** Tell what you have counted; nobody is ended who does not. */
  | { readonly kind: 'numbers' }
  /** So many workers serve now. */
  | { readonly kind: 'crew'; readonly serving: number }
  /** Finish what is in flight, and end. */
  | { readonly kind: 'stop' }

export type FromWorker =
  /** All but its door is open; before this it holds and remembers nothing, and is asked for nothing. */
  | { readonly kind: 'prepared' }
  | { readonly kind: 'ready'; readonly endpoint: string; readonly port: number }
  /** It cannot serve. `isOperators`: the operator can mend it, and the message says how. */
  | { readonly kind: 'unable'; readonly message: string; readonly isOperators: boolean }
  | { readonly kind: 'calls'; readonly calls: readonly Call[] }
  | { readonly kind: 'answer'; readonly id: number; readonly held: readonly HoldKey[] }
  /** All that it has counted since it began: when it is asked, and at its end. */
  | { readonly kind: 'numbers'; readonly families: readonly Family[] }

/** Exit code of a worker whose disk can no longer be trusted: the whole service has to end (decisions 9 and 21). */
export const untrusted = 70

/** What the worker of this number is called among the processes of a server. */
export function processOf(number: number): string {
  return `worker-${number}`
}
