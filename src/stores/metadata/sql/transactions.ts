/** Every writing transaction by name: the complete list of what the writer can be asked to do. */
import { createBucket, deleteBucket, setBucketConfiguration } from './buckets.ts'
import { completeUpload, expireReceipts } from './completion.ts'
import type { Connection } from './connection.ts'
import { replaceEnvelope } from './envelopes.ts'
import { deleteObject, putObject, updateObject } from './objects.ts'
import { abandonBytes, settlePack } from './packs.ts'
import { putPart } from './parts.ts'
import { filesRemoved, finishReclaim } from './reclaim.ts'
import { takeEpoch } from './schema.ts'
import { abortUpload, createUpload } from './uploads.ts'

export interface Transactions {
  readonly createBucket: typeof createBucket
  readonly deleteBucket: typeof deleteBucket
  readonly setBucketConfiguration: typeof setBucketConfiguration
  readonly putObject: typeof putObject
  readonly deleteObject: typeof deleteObject
  readonly updateObject: typeof updateObject
  readonly replaceEnvelope: typeof replaceEnvelope
  readonly createUpload: typeof createUpload
  readonly putPart: typeof putPart
  readonly abortUpload: typeof abortUpload
  readonly completeUpload: typeof completeUpload
  readonly expireReceipts: typeof expireReceipts
  readonly finishReclaim: typeof finishReclaim
  readonly filesRemoved: typeof filesRemoved
  readonly settlePack: typeof settlePack
  readonly abandonBytes: typeof abandonBytes
  readonly takeEpoch: typeof takeEpoch
}

const transactions: Transactions = {
  createBucket,
  deleteBucket,
  setBucketConfiguration,
  putObject,
  deleteObject,
  updateObject,
  replaceEnvelope,
  createUpload,
  putPart,
  abortUpload,
  completeUpload,
  expireReceipts,
  finishReclaim,
  filesRemoved,
  settlePack,
  abandonBytes,
  takeEpoch,
}

export type TransactionName = keyof Transactions
export type Argument<Name extends TransactionName> = Parameters<Transactions[Name]>[1]
export type Answer<Name extends TransactionName> = ReturnType<Transactions[Name]>

/** What the union of all arguments loses is kept by the pair of name and argument, checked where a call is made. */
export function perform(db: Connection, name: TransactionName, argument: unknown): unknown {
  const transaction = transactions[name] as (db: Connection, argument: unknown) => unknown
  return transaction(db, argument)
}

/** Runs transactions, one at a time, each all or nothing. */
export interface Writer {
  /** Why nothing resolves any more: a failure of the engine, or that the store is closed. */
  readonly failure: Error | undefined
  write<Name extends TransactionName>(name: Name, argument: Argument<Name>): Promise<Answer<Name>>
  close(): Promise<void>
}
