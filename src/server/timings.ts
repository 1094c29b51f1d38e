/** How long the server waits for what, in milliseconds. One record, so that a test can hold a shorter one in its hands. */

export interface Timings {
  /** From the first byte of a request to the end of its header section: slow senders hold a socket, nothing else. */
  readonly headersMs: number
  /** An idle connection stays open this long: longer than the 60 s of the usual proxies, so that they close first. */
  readonly keepAliveMs: number
  /** A body we wait for must bring `bodyBytesPerSecondMin` on average over this window, else RequestTimeout. */
  readonly bodyWindowMs: number
  readonly bodyBytesPerSecondMin: number
  /** A client that takes nothing of its answer for this long loses the connection. */
  readonly writeStallMs: number
  /**
   * What waits for a client has to be taken at this pace, `writeStallMs` aside, or the connection is lost: who takes a few bytes
   * now and then would keep a descriptor and a chunk for ever. A telephone line of thirty years ago is three times as fast.
   */
  readonly answerBytesPerSecondMin: number
  /** After an early error the rest of the body is discarded this long, so that the answer arrives before a reset does. */
  readonly lingerMs: number
  /** An answer that may take long begins after this (CompleteMultipartUpload, CopyObject, UploadPartCopy)… */
  readonly patienceMs: number
  /** …and is kept alive by white space every so often. */
  readonly pulseMs: number
  /** Requests in flight get this long to finish once the server is told to stop. */
  readonly drainMs: number
}

export const timings: Timings = {
  headersMs: 10_000,
  keepAliveMs: 65_000,
  bodyWindowMs: 30_000,
  bodyBytesPerSecondMin: 1024,
  writeStallMs: 60_000,
  answerBytesPerSecondMin: 1024,
  lingerMs: 2_000,
  patienceMs: 8_000,
  pulseMs: 3_000,
  drainMs: 22_000,
}
