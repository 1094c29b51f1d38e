/**
 * Holds: what a living reader or writer of this process needs, so that reclaim leaves it alone however long it takes. Where several
 * processes serve, reclaim asks each of them for its own.
 *
 * A writer holds the file that it fills until a row names its blob; a reader holds the content or the file that it sends.
 * Nothing here outlives the process: bytes of an earlier life have no holder.
 */

/** What is held: a file of blobs, or the part rows that share one content number together with all that they name. */
export type HoldKey = `blob:${string}` | `content:${number}`

export class Holds {
  readonly #counts = new Map<HoldKey, number>()

  /** Holds `key` until the answer is called; calling it again does nothing. Several may hold one key. */
  hold(key: HoldKey): () => void {
    this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1)
    let held = true
    return () => {
      if (held) this.#release(key)
      held = false
    }
  }

  /** Somebody holds `key` now. */
  has(key: HoldKey): boolean {
    return this.#counts.has(key)
  }

  /** Those of `keys` that somebody holds now. */
  async among(keys: readonly HoldKey[]): Promise<ReadonlySet<HoldKey>> {
    return new Set(keys.filter((key) => this.has(key)))
  }

  #release(key: HoldKey): void {
    const left = (this.#counts.get(key) ?? 0) - 1
    if (left > 0) this.#counts.set(key, left)
    else this.#counts.delete(key)
  }
}
