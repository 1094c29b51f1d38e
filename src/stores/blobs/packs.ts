/**
 * Blobs that end while others are being written gather, and what gathered becomes one file: a pack, made, written and synced once for
 * all of them (docs/decisions/0028-packs.md). One that nobody ends beside has a file of its own.
 */
import type { BlobId, FileId } from '../../base/ids.ts'
import { mebibyte } from '../../base/limits.ts'
import { pageBytes } from './files-format.ts'
import { writeWhole, type BlobWriter } from './files-writer.ts'
import type { OpenFile } from './file-system.ts'
import type { Naming } from './store.ts'

/** Of one pack: what is lost with one file, and twice what is moved at once. */
const packBytesMax = 16 * mebibyte
const packBlobsMax = 64

export interface Member {
  readonly writer: BlobWriter
  readonly name: Naming
  readonly pages: number
  /** Writes it into a file of its own. */
  readonly alone: () => Promise<BlobId>
}

interface Waiting {
  readonly member: Member
  readonly resolve: (id: BlobId) => void
  readonly reject: (error: unknown) => void
}

export class Packs {
  readonly #write: (members: readonly Member[]) => Promise<readonly BlobId[]>
  #waiting: Waiting[] = []
  #isWriting = false

  /** `write` makes two and more of them durable, in one file. */
  constructor(write: (members: readonly Member[]) => Promise<readonly BlobId[]>) {
    this.#write = write
  }

  /** The blob, durable. */
  add(member: Member): Promise<BlobId> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ member, resolve, reject })
      if (!this.#isWriting) void this.#drain()
    })
  }

  /** One file at a time: two side by side split what gathers, and cost more (docs/decisions/0028-packs.md). */
  async #drain(): Promise<void> {
    this.#isWriting = true
    for (let group = this.#next(); group.length > 0; group = this.#next()) await this.#settle(group)
    this.#isWriting = false
  }

  /** As many as one file takes. */
  #next(): readonly Waiting[] {
    let pages = 0
    const isRoom = ({ member }: Waiting, index: number): boolean => {
      pages += member.pages
      return index === 0 || (index < packBlobsMax && pages * pageBytes <= packBytesMax)
    }
    const end = this.#waiting.findIndex((one, index) => !isRoom(one, index))
    return this.#waiting.splice(0, end < 0 ? this.#waiting.length : end)
  }

  /** Each learns how it went; nothing of that is an error of whoever gathers. */
  async #settle(group: readonly Waiting[]): Promise<void> {
    try {
      const [first] = group
      const isAlone = group.length === 1 && first !== undefined
      const ids = isAlone
        ? [await first.member.alone()]
        : await this.#write(group.map(({ member }) => member))
      for (const [index, { resolve, reject }] of group.entries()) {
        const id = ids[index]
        if (id === undefined) reject(new Error('a pack lacks one of its blobs'))
        else resolve(id)
      }
    } catch (error) {
      for (const { reject } of group) reject(error)
    }
  }
}

/** Lays the blobs behind one another, from page to page, and writes them. Durable only after the file's own sync. */
export async function writePack(
  file: OpenFile,
  pack: FileId,
  members: readonly Member[],
): Promise<readonly BlobId[]> {
  const ids: BlobId[] = []
  const pieces: Uint8Array[] = []
  let pages = 0
  for (const { writer, pages: own } of members) {
    const { id, bytes } = writer.packed(pack, pages)
    ids.push(id)
    pieces.push(bytes)
    pages += own
  }
  await writeAll(file, pieces)
  return ids
}

/** What the one call did not take is written piece by piece. */
async function writeAll(file: OpenFile, pieces: readonly Uint8Array[]): Promise<void> {
  const written = (await file.writeMany?.(pieces, 0)) ?? 0
  let begin = 0
  for (const piece of pieces) {
    const done = Math.min(Math.max(0, written - begin), piece.length)
    await writeWhole(file, piece.subarray(done), begin + done)
    begin += piece.length
  }
}
