/**
 * A consistent copy of the metadata beside a running server, and the pin that keeps every blob which the copy names.
 *
 * The pin is committed before the copy's moment, and reclaim asks for it in the transaction that would give bytes up: bytes that it
 * gave up before were named by nobody at that moment, and it gives up none after it.
 */
import type { Clock } from '../../base/clock.ts'
import type { Connection } from './sql/connection.ts'
import { copyDatabase } from './sql/copying.ts'
import { openWriter } from './sql/files.ts'
import { extendPin, freePin, pinMs, setPin } from './sql/pins.ts'

/** Pages of one step of the copy, between which progress is told. */
const pagesAtOnce = 4096

export interface SnapshotOptions {
  /** The database; it exists, and a server may have it open. */
  readonly file: string
  /** Of this run alone. */
  readonly name: string
  readonly clock: Clock
}

export class PinnedSource implements Disposable {
  readonly #options: SnapshotOptions
  readonly #db: Connection
  readonly #timer: NodeJS.Timeout
  #hasLapsed = false

  /** Pins from here on until it is disposed of. */
  constructor(options: SnapshotOptions) {
    this.#options = options
    this.#db = openWriter(options.file)
    setPin(this.#db, options.name, options.clock.now())
    this.#timer = setInterval(() => this.#extend(), pinMs / 8)
  }

  /** Throws when this process stood still for so long that the pin let go: what was copied may lack bytes. */
  proveHeld(): void {
    this.#extend()
    if (this.#hasLapsed) {
      throw new Error(
        'the backup stood still for too long, and the server may have removed bytes meanwhile; run it again',
      )
    }
  }

  /** One moment of the database as a file of its own, without a log beside it; the caller syncs it. */
  async copyTo(path: string, onProgress: (done: number, whole: number) => void): Promise<void> {
    const { file } = this.#options
    await copyDatabase({ file, to: path, pagesAtOnce, onStep: onProgress })
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer)
    freePin(this.#db, this.#options.name)
    this.#db.close()
  }

  #extend(): void {
    const { name, clock } = this.#options
    this.#hasLapsed ||= !extendPin(this.#db, name, clock.now())
  }
}
