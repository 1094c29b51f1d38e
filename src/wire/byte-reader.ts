/**
 * A stream of buffers read by lines, by runs and up to a mark, without copying what it holds. A buffer is lent by the stream
 * until the next one is read, and so is a run of it.
 */

const lineFeed = 0x0a

export class ByteReader {
  readonly #source: AsyncIterator<Uint8Array>
  #held: Uint8Array = new Uint8Array(0)

  /** `before` is read first, as if it had come with the source. */
  constructor(source: AsyncIterable<Uint8Array>, before?: Uint8Array) {
    this.#source = source[Symbol.asyncIterator]()
    if (before !== undefined) this.#held = before
  }

  /** Up to `lengthBytes` of what comes next, as a view of what arrived; undefined at the end. */
  async take(lengthBytes: number): Promise<Uint8Array | undefined> {
    if (this.#held.length === 0 && !(await this.#fill())) return undefined
    const run = this.#held.subarray(0, lengthBytes)
    this.#held = this.#held.subarray(run.length)
    return run
  }

  /**
   * Text to the next line feed and with it, or to the end, one char per byte; undefined at the end or when no line feed
   * comes within `lengthBytesMax`.
   */
  async line(lengthBytesMax: number): Promise<string | undefined> {
    let text = ''
    while (text.length < lengthBytesMax) {
      if (this.#held.length === 0 && !(await this.#fill())) break
      const window = this.#held.subarray(0, lengthBytesMax - text.length)
      const end = window.indexOf(lineFeed)
      const run = end < 0 ? window : window.subarray(0, end + 1)
      this.#held = this.#held.subarray(run.length)
      text += asText(run)
      if (end >= 0) return text
    }
    return undefined
  }

  /**
   * What comes before `mark`, in runs; the mark is then read too. Throws what `missing` makes when the end comes first. Only
   * a run in which the mark may have begun, for it holds the mark's first byte near its end, waits for the next one.
   */
  async *until(mark: Uint8Array, missing: () => Error): AsyncGenerator<Uint8Array> {
    for (;;) {
      const held = asBuffer(this.#held)
      const at = held.indexOf(mark)
      const end = at < 0 ? beginningOf(mark, held) : at
      this.#held = held.subarray(at < 0 ? end : at + mark.length)
      if (end > 0) yield held.subarray(0, end)
      if (at >= 0) return
      if (!(await this.#more())) throw missing()
    }
  }

  /** All that is left, one char per byte; undefined when it is more than `lengthBytesMax`. */
  async rest(lengthBytesMax: number): Promise<string | undefined> {
    let text = ''
    for (;;) {
      const run = await this.take(lengthBytesMax + 1)
      if (run === undefined) return text
      text += asText(run)
      if (text.length > lengthBytesMax) return undefined
    }
  }

  /** The reader wants no more: whoever produces the bytes may let go of them. */
  async close(): Promise<void> {
    await this.#source.return?.()
  }

  /** Adds to what is held; false at the end. */
  async #more(): Promise<boolean> {
    const before = new Uint8Array(this.#held)
    this.#held = new Uint8Array(0)
    if (!(await this.#fill())) return false
    if (before.length > 0) this.#held = joined(before, this.#held)
    return true
  }

  async #fill(): Promise<boolean> {
    while (this.#held.length === 0) {
      const next = await this.#source.next()
      if (next.done === true) return false
      this.#held = next.value
    }
    return true
  }
}

function joined(one: Uint8Array, other: Uint8Array): Uint8Array {
  const both = new Uint8Array(one.length + other.length)
  both.set(one)
  both.set(other, one.length)
  return both
}

/** Where `mark` may have begun at the end of `held`; its length where it cannot have. */
function beginningOf(mark: Uint8Array, held: Buffer): number {
  const at = held.indexOf(mark[0] ?? 0, Math.max(0, held.length - mark.length + 1))
  return at < 0 ? held.length : at
}

function asText(bytes: Uint8Array): string {
  return asBuffer(bytes).toString('latin1')
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
}
