/** A stream of buffers read by lines and by runs, without copying what it holds. */

const lineFeed = 0x0a

export class ByteReader {
  readonly #source: AsyncIterator<Uint8Array>
  #held: Uint8Array = new Uint8Array(0)

  constructor(source: AsyncIterable<Uint8Array>) {
    this.#source = source[Symbol.asyncIterator]()
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

  async #fill(): Promise<boolean> {
    while (this.#held.length === 0) {
      const next = await this.#source.next()
      if (next.done === true) return false
      this.#held = next.value
    }
    return true
  }
}

function asText(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1')
}
