/** What the thread of a snapshot is told, and answers. */
import type { Described } from './messages.ts'

export interface SnapshotData {
  readonly file: string
  readonly to: string
  readonly bytesPerSecond: number
}

/** SHA-256 of the copy, in hex. */
export interface Copied {
  readonly sha256: string
}

export type FromSnapshot = Copied | { readonly error: Described }
