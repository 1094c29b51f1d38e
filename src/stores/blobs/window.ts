/** What a pack holds of one blob, read as if it were a file. */
import { placeOf, type BlobId } from '../../base/ids.ts'
import { pageBytes } from './files-format.ts'
import type { ReadableFile } from './file-system.ts'

/** Where a blob begins in its file, in bytes. */
export function beginOf(id: BlobId): number {
  return (placeOf(id)?.firstPage ?? 0) * pageBytes
}

/** The file itself where the blob has it to itself. Closing the window closes the file. */
export function windowOf(id: BlobId, file: ReadableFile): ReadableFile {
  const place = placeOf(id)
  return place === undefined ? file : new Window(file, beginOf(id), place.pages * pageBytes)
}

class Window implements ReadableFile {
  readonly #file: ReadableFile
  readonly #from: number
  readonly #sizeBytes: number
  readonly readCached?: (into: Uint8Array, position: number) => number

  constructor(file: ReadableFile, from: number, sizeBytes: number) {
    this.#file = file
    this.#from = from
    this.#sizeBytes = sizeBytes
    const { readCached } = file
    if (readCached === undefined) return
    this.readCached = (into, position) => readCached.call(file, into, this.#from + position)
  }

  read(into: Uint8Array, position: number): Promise<number> {
    return this.#file.read(into, this.#from + position)
  }

  sizeBytes(): number {
    return this.#sizeBytes
  }

  close(): Promise<void> {
    return this.#file.close()
  }
}
