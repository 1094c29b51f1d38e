/**
 * Metadata put together again: a snapshot of it, or none, and what blobs say of themselves. Offline; nobody else has the file.
 *
 * What the snapshot's rows or its reclaim queue name is left as they have it. Everything else that is found was committed after
 * the snapshot's moment, or never: it becomes the object or part that it says it is, unless a later one is there.
 */
import type { Instant } from '../../base/clock.ts'
import type { BlobId } from '../../base/ids.ts'
import type { Completion } from './completions.ts'
import type { Owner } from './examiner.ts'
import type { ObjectAttributes, RunSeal, UploadRow } from './records.ts'
import { openFirst } from './sql/files.ts'
import { SqlRebuilder } from './sql/rebuild.ts'

/** A whole blob that the snapshot does not know, as it describes itself. */
export interface FoundBlob {
  readonly blob: BlobId
  /** Name of the bucket. */
  readonly bucket: string
  readonly key: string
  readonly created: Instant
  /** Of the plain bytes. */
  readonly sizeBytes: number
  readonly etag: string
  readonly checksums: Readonly<Record<string, string>>
  readonly seal: RunSeal | undefined
  /** Of the object or of the upload. */
  readonly attributes: ObjectAttributes
  /** Canonical id; of a part that of its upload. */
  readonly owner: string
  readonly part?: {
    readonly number: number
    readonly upload: Pick<UploadRow, 'uploadId' | 'initiator' | 'initiated' | 'checksum'>
  }
}

/** `older`: something later has its name; `ended`: its upload had ended by the snapshot's moment. */
export type Verdict = 'object' | 'part' | 'older' | 'ended'

export interface Gone {
  readonly objects: number
  readonly parts: number
  /** The first of them. */
  readonly names: readonly Owner[]
}

export interface OpenedAgain {
  readonly count: number
  /** The first of them. */
  readonly ids: readonly string[]
}

export interface Rebuilder extends Disposable {
  /** With which the life began in which the snapshot was taken; 0 without one. What an earlier life left unnamed is nobody's. */
  readonly epoch: number
  /** Names of the buckets that only blobs knew of. */
  readonly buckets: readonly string[]
  /** Which of these blobs the snapshot knows: as somebody's, or as no longer anybody's. Asked before any of them is kept. */
  known(blobs: readonly BlobId[]): ReadonlySet<BlobId>
  /** Every blob that a row names, in order and each once. */
  named(): Iterable<BlobId>
  /** This blob has the bytes that lay in these places before: rows that name one of them name it from now on. */
  moved(blob: BlobId, was: readonly BlobId[]): void
  /** Notes that a blob which a row names is not there any more. Once for each; also while they are gone through. */
  gone(blob: BlobId): void
  /** Forgets the objects and parts of which no byte is left. Those that have lost some of their blobs only stay, damaged. */
  forget(): Gone
  /** How many of these completed uploads are objects again, their parts being whole. After all that is kept. */
  complete(completions: readonly Completion[]): number
  /** The uploads that only parts knew of, and that are open. */
  uploads(): OpenedAgain
  /** In one transaction. */
  keep(found: readonly FoundBlob[]): readonly Verdict[]
  /** No later life will have an epoch up to this one. The file is whole and has no log beside it when this returns. */
  finish(lastEpoch: number): void
}

export interface RebuildOf {
  /** A copy of the snapshot, or nothing yet. */
  readonly file: string
  readonly now: Instant
  /** Of buckets that only blobs know of. */
  readonly owner: () => string
  readonly region: string
  /** ETag of an object made of parts with these ETags. */
  readonly multipartEtag: (etags: readonly string[]) => string
}

export function openRebuilder(parts: RebuildOf): Rebuilder {
  const db = openFirst(parts.file)
  try {
    return new SqlRebuilder(db, parts)
  } catch (error) {
    db.close()
    throw error
  }
}
