/**
 * Object bytes on their way in or out, as an operation sees them: never gathered, read once, at the reader's pace. A chunk is
 * lent to its reader until it asks for the next one.
 */

export interface Payload extends AsyncIterable<Uint8Array> {
  /** Bytes to come, framing removed; undefined when the sender did not say. */
  readonly lengthBytes: number | undefined
  /** Fields that followed the body, lower-case names. Complete once the last byte was read; empty before. */
  readonly trailers: ReadonlyMap<string, string>
  /** The field that the request announced with `x-amz-trailer`, lower case. */
  readonly announcedTrailer: string | undefined
  /**
   * All of it, where it is in hand already or one read away; undefined where it is not. Whoever asks does not read. Throws, or
   * rejects with, what reading would.
   */
  readonly inHand?: () => Uint8Array | Promise<Uint8Array> | undefined
}
