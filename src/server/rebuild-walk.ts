/** The blobs of a data folder, gone through in order, a few hundred at a time: what the snapshot does not know is put back. */
import { epochOf, type BlobId, type FileId } from '../base/ids.ts'
import { isDamage } from '../stores/blobs/damage.ts'
import { BlobAbsent, type BlobDescription, type BlobExaminer } from '../stores/blobs/examiner.ts'
import { BlobCorrupt, BlobMissing, type BlobAbout } from '../stores/blobs/store.ts'
import type { ObjectAttributes, UploadRow } from '../stores/metadata/records.ts'
import type { FoundBlob, Gone, Rebuilder, Verdict } from '../stores/metadata/rebuilder.ts'

const blobsAtOnce = 256
const damagedMax = 1000

export interface WalkParts {
  readonly rebuilder: Rebuilder
  readonly blobs: BlobExaminer
  readonly onProgress?: ((what: 'named' | 'blobs', done: number) => void) | undefined
}

export interface DamagedBlob {
  readonly blob: BlobId
  readonly detail: string
}

export interface Walked {
  /** Looked at. */
  readonly blobs: number
  /** As the snapshot has them. */
  readonly known: number
  /** Put back, replaced later ones not counted. */
  readonly objects: number
  readonly parts: number
  /** Of objects and parts that something later has replaced. */
  readonly older: number
  /** Of lives before the snapshot's that it does not name, or of uploads that had ended: they were deleted, or never acknowledged. */
  readonly nobodys: number
  /** Their writer never came to their end. */
  readonly unfinished: number
  /** Not known to the snapshot, and unable to say what they are. */
  readonly damagedBlobs: number
  /** The first of them. */
  readonly damaged: readonly DamagedBlob[]
  /** Of the process that wrote last. */
  readonly lastEpoch: number
}

type Counts = { -readonly [Name in keyof Walked]: Walked[Name] } & { damaged: DamagedBlob[] }

const counted: Readonly<Record<Verdict, 'objects' | 'parts' | 'older' | 'nobodys'>> = {
  object: 'objects',
  part: 'parts',
  older: 'older',
  ended: 'nobodys',
}

export class RebuildWalk {
  readonly #parts: WalkParts
  readonly #counts: Counts = {
    blobs: 0,
    known: 0,
    objects: 0,
    parts: 0,
    older: 0,
    nobodys: 0,
    unfinished: 0,
    damagedBlobs: 0,
    damaged: [],
    lastEpoch: 0,
  }

  constructor(parts: WalkParts) {
    this.#parts = parts
  }

  /** Rows of the snapshot follow their bytes, where these were moved since. Before the gone are looked for. */
  async followMoved(): Promise<void> {
    const { rebuilder, blobs } = this.#parts
    if (rebuilder.epoch === 0) return
    for await (const file of blobs.files()) {
      if (epochOf(file) < rebuilder.epoch || rebuilder.known([file]).has(file)) continue
      const ids = await blobs.blobsIn(file)
      const known = rebuilder.known(ids)
      for (const id of ids) if (!known.has(id)) await this.#follow(id)
    }
  }

  /** What cannot say what it is was not moved by anybody; it is told when it is to be kept. */
  async #follow(id: BlobId): Promise<void> {
    try {
      const { about } = await this.#parts.blobs.describe(id)
      if (about.was !== undefined) this.#parts.rebuilder.moved(id, about.was)
    } catch (error) {
      if (!isDamage(error)) throw error
    }
  }

  /** Forgets what the snapshot's rows name and what is not there any more. */
  async forgetGone(): Promise<Gone> {
    const { rebuilder, blobs, onProgress } = this.#parts
    let done = 0
    for (const id of rebuilder.named()) {
      if (await isAbsent(id, blobs)) rebuilder.gone(id)
      onProgress?.('named', ++done)
    }
    return rebuilder.forget()
  }

  async keepAll(): Promise<Walked> {
    const { blobs } = this.#parts
    let batch: FileId[] = []
    for await (const file of blobs.files()) {
      batch.push(file)
      if (batch.length < blobsAtOnce) continue
      await this.#keepSome(batch)
      batch = []
    }
    await this.#keepSome(batch)
    return this.#counts
  }

  async #keepSome(files: readonly FileId[]): Promise<void> {
    const { rebuilder, blobs, onProgress } = this.#parts
    const counts = this.#counts
    const alone = rebuilder.known(files)
    const found: FoundBlob[] = []
    for (const file of files) {
      counts.lastEpoch = Math.max(counts.lastEpoch, epochOf(file))
      const ids = alone.has(file) ? [file] : await blobs.blobsIn(file)
      found.push(...(await this.#unknown(ids)))
    }
    for (const verdict of rebuilder.keep(found)) counts[counted[verdict]] += 1
    onProgress?.('blobs', counts.blobs)
  }

  async #unknown(ids: readonly BlobId[]): Promise<readonly FoundBlob[]> {
    const { rebuilder } = this.#parts
    const counts = this.#counts
    const known = rebuilder.known(ids)
    const found: FoundBlob[] = []
    for (const id of ids) {
      counts.blobs += 1
      if (known.has(id)) counts.known += 1
      else if (epochOf(id) < rebuilder.epoch) counts.nobodys += 1
      else found.push(...(await this.#describe(id)))
    }
    return found
  }

  async #describe(id: BlobId): Promise<readonly FoundBlob[]> {
    try {
      return [foundBlob(id, await this.#parts.blobs.describe(id))]
    } catch (error) {
      if (error instanceof BlobMissing) {
        this.#counts.unfinished += 1
        return []
      }
      if (!isDamage(error)) throw error
      const { damaged } = this.#counts
      if (damaged.length < damagedMax) damaged.push({ blob: id, detail: error.message })
      this.#counts.damagedBlobs += 1
      return []
    }
  }
}

async function isAbsent(id: BlobId, blobs: BlobExaminer): Promise<boolean> {
  try {
    await blobs.sizeOf(id)
    return false
  } catch (error) {
    // One that is there and damaged keeps its row: a range of it may still be read.
    if (isDamage(error)) return error instanceof BlobAbsent
    throw error
  }
}

/** Throws BlobCorrupt for one that does not tell enough. Its CRCs were proven, so what it says is what was written. */
function foundBlob(blob: BlobId, { about, closing }: BlobDescription): FoundBlob {
  const owner = about.owner ?? uploadOf(about)?.owner
  if (closing === undefined || owner === undefined) {
    throw new BlobCorrupt(
      'it was written by a version whose blobs do not tell enough of themselves',
    )
  }
  const { bucket, key, createdMs: created, seal } = about
  return {
    blob,
    bucket,
    key,
    created,
    owner,
    ...closing,
    seal: seal === undefined ? undefined : { wrapped: seal, sizeBytes: closing.sizeBytes },
    attributes: about.attributes as ObjectAttributes,
    ...partOf(about),
  }
}

function partOf(about: BlobAbout): Pick<FoundBlob, 'part'> {
  const { uploadId, partNumber: number } = about
  const upload = uploadOf(about)
  if (upload === undefined || uploadId === undefined || number === undefined) return {}
  const { initiator, initiated, checksum } = upload
  return { part: { number, upload: { uploadId, initiator, initiated, checksum } } }
}

function uploadOf({ upload }: BlobAbout): UploadRow | undefined {
  return upload as UploadRow | undefined
}
