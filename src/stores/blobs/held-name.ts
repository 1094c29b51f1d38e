/** The name of a file that bytes come to lie in, held from before there is such a file until a row names them. */
import type { Holds } from '../../base/holds.ts'
import type { BlobNames, FileId } from '../../base/ids.ts'
import type { Naming } from './store.ts'

export class HeldName implements Naming {
  readonly #names: BlobNames
  readonly #holds: Holds
  #release: (() => void) | undefined

  constructor(names: BlobNames, holds: Holds) {
    this.#names = names
    this.#holds = holds
  }

  next(): FileId {
    const file = this.#names.next()
    this.joins(file)
    return file
  }

  joins(file: FileId): void {
    this.#release = this.#holds.hold(`blob:${file}`)
  }

  /** To be called in every case, at the end. */
  release(): void {
    this.#release?.()
  }
}
