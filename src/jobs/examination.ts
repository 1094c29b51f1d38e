/**
 * One look through everything that is stored, in bounded steps: SQLite's own check, every row of the metadata, every blob that
 * a row names, and every byte of every blob. Changes nothing. Scrub runs it beside the requests, verify without a server.
 */
import { blobId, epochOf, fileOf, placeOf, type BlobId, type FileId } from '../base/ids.ts'
import { isDamage } from '../stores/blobs/damage.ts'
import { BlobAbsent, type BlobExaminer } from '../stores/blobs/examiner.ts'
import { BlobMissing } from '../stores/blobs/store.ts'
import {
  examinedTables,
  type ExaminedTable,
  type MetadataExaminer,
  type Reference,
} from '../stores/metadata/examiner.ts'
import { findingOf, type Finding } from './findings.ts'

export type Phase = 'database' | ExaminedTable | 'blobs'
export const phases: readonly Phase[] = ['database', ...examinedTables, 'blobs']

/** Where to go on; kept by whoever wants to go on after a restart. */
export interface Cursor {
  readonly phase: Phase
  readonly after?: string
}

export interface Counts {
  readonly rows: number
  readonly blobs: number
  readonly bytes: number
  /** Blobs that no row names: what reclaim has not removed yet, or the sweep of orphans will set aside. */
  readonly unnamed: number
}

export const noCounts: Counts = { rows: 0, blobs: 0, bytes: 0, unnamed: 0 }

export interface ExaminationParts {
  readonly metadata: MetadataExaminer
  readonly blobs: BlobExaminer
  /** Nobody writes meanwhile: what is unfinished is not on its way, and every index is compared with its table. */
  readonly isOffline: boolean
  /** Rows, and that blobs are there with enough bytes; their content is not read. */
  readonly isFast: boolean
  readonly onFinding: (finding: Finding) => void
}

export class Examination {
  readonly #parts: ExaminationParts
  #cursor: Cursor | undefined
  #counts: Counts
  #listing: AsyncIterator<BlobId> | undefined
  #reading: { readonly blob: BlobId; readonly pieces: AsyncGenerator<number> } | undefined

  constructor(parts: ExaminationParts, begun?: { cursor: Cursor; counts: Counts }) {
    this.#parts = parts
    this.#cursor = begun?.cursor ?? { phase: 'database' }
    this.#counts = begun?.counts ?? noCounts
  }

  /** Undefined at the end. A blob that is being read is begun again from here. */
  get cursor(): Cursor | undefined {
    return this.#cursor
  }

  get counts(): Counts {
    return this.#counts
  }

  /** Bytes that this step read from blobs: a piece of one at most. */
  async step(): Promise<number> {
    const { cursor } = this
    if (cursor === undefined) return 0
    if (cursor.phase === 'database') return this.#checkDatabase()
    if (cursor.phase === 'blobs') return this.#proveSome(cursor.after)
    return this.#examine(cursor.phase, cursor.after)
  }

  /** Lets go of what is open. */
  async close(): Promise<void> {
    await this.#reading?.pieces.return(undefined)
    this.#reading = undefined
  }

  async #checkDatabase(): Promise<number> {
    const { metadata, isOffline, isFast, onFinding } = this.#parts
    for (const detail of await metadata.integrity(isOffline && !isFast))
      onFinding(findingOf({ kind: 'database', owners: [], detail }))
    this.#next('database')
    return 0
  }

  async #examine(table: ExaminedTable, after: string | undefined): Promise<number> {
    const page = this.#parts.metadata.examine(table, after)
    for (const flaw of page.flaws) this.#parts.onFinding(findingOf(flaw))
    for (const reference of page.references) await this.#checkReference(reference)
    this.#count({ rows: page.rows })
    if (page.next === undefined) this.#next(table)
    else this.#cursor = { phase: table, after: page.next }
    return 0
  }

  async #checkReference({ blob, bytesMin, owner, stands }: Reference): Promise<void> {
    const detail = await this.#missing(blob, bytesMin)
    if (detail === undefined || !stands()) return
    const all = this.#parts.metadata.owners(blob)
    const owners = all.length === 0 ? [owner] : all
    this.#parts.onFinding(findingOf({ kind: 'missing', owners, blob, detail }))
  }

  /** What is wrong with a blob that somebody needs; its bytes are proven later. */
  async #missing(blob: BlobId, bytesMin: number): Promise<string | undefined> {
    try {
      const sizeBytes = await this.#parts.blobs.sizeOf(blob)
      if (sizeBytes >= bytesMin) return undefined
      return `blob ${blob} has ${sizeBytes} bytes where its row needs ${bytesMin}`
    } catch (error) {
      return damageOf(error)
    }
  }

  async #proveSome(after: string | undefined): Promise<number> {
    const { blobs, isFast } = this.#parts
    if (isFast) return this.#end()
    this.#listing ??= blobsAfter(blobs, after)
    if (this.#reading === undefined) {
      const next = await this.#listing.next()
      if (next.done === true) return this.#end()
      this.#reading = { blob: next.value, pieces: blobs.prove(next.value) }
    }
    return this.#proveOn(this.#reading)
  }

  async #proveOn(reading: {
    readonly blob: BlobId
    readonly pieces: AsyncGenerator<number>
  }): Promise<number> {
    const { blob, pieces } = reading
    try {
      const piece = await pieces.next()
      if (piece.done === true) return this.#passed(blob, 1)
      this.#count({ bytes: piece.value })
      return piece.value
    } catch (error) {
      this.#judge(blob, error)
      return this.#passed(blob, error instanceof BlobAbsent ? 0 : 1)
    }
  }

  /** A blob that was removed after it was listed is no loss, and one without a name may still be on its way. */
  #judge(blob: BlobId, error: unknown): void {
    const detail = damageOf(error)
    const { metadata, isOffline, onFinding } = this.#parts
    if (error instanceof BlobAbsent) return
    const owners = metadata.owners(blob)
    const mayBeWritten = !isOffline && epochOf(blob) >= metadata.epoch
    if (owners.length === 0 && (mayBeWritten || error instanceof BlobMissing)) return
    onFinding(findingOf({ kind: 'blob', owners, blob, detail }))
  }

  #passed(blob: BlobId, blobs: 0 | 1): number {
    this.#reading = undefined
    const isNamed = blobs === 0 || this.#parts.metadata.owners(blob).length > 0
    this.#count({ blobs, unnamed: isNamed ? 0 : 1 })
    this.#cursor = { phase: 'blobs', after: blob }
    return 0
  }

  #end(): number {
    this.#cursor = undefined
    return 0
  }

  #next(phase: Phase): void {
    const next = phases[phases.indexOf(phase) + 1]
    this.#cursor = next === undefined ? undefined : { phase: next }
  }

  #count(more: Partial<Counts>): void {
    const { rows, blobs, bytes, unnamed } = this.#counts
    this.#counts = {
      rows: rows + (more.rows ?? 0),
      blobs: blobs + (more.blobs ?? 0),
      bytes: bytes + (more.bytes ?? 0),
      unnamed: unnamed + (more.unnamed ?? 0),
    }
  }
}

/** Of all files. One that was removed after it was listed is proven, too, which says that it is not there. */
async function* blobsAfter(blobs: BlobExaminer, after: string | undefined): AsyncGenerator<BlobId> {
  const last = after === undefined ? undefined : blobId(after)
  if (last !== undefined && placeOf(last) !== undefined)
    yield* (await blobsIn(blobs, fileOf(last))).filter((id) => id > last)
  for await (const file of blobs.files(last && fileOf(last))) yield* await blobsIn(blobs, file)
}

async function blobsIn(blobs: BlobExaminer, file: FileId): Promise<readonly BlobId[]> {
  try {
    return await blobs.blobsIn(file)
  } catch (error) {
    if (error instanceof BlobAbsent) return [file]
    throw error
  }
}

/** What an error says of a blob. One that says something of this process instead (no descriptor left) is thrown on. */
function damageOf(error: unknown): string {
  if (!isDamage(error)) throw error
  return error.message
}
