/** One HTTP request and what becomes of it, without node:http: what the rest of the program sees of the network. */
import type { Instant } from '../base/clock.ts'
import type { Payload } from '../model/payload.ts'

export interface Exchange {
  /** `x-amz-request-id`: 16 upper-case hex digits. */
  readonly id: string
  /** `x-amz-id-2`: opaque, base64. */
  readonly hostId: string
  readonly arrived: Instant
  readonly method: string
  /** The request target exactly as received, never normalised. */
  readonly target: string
  readonly headers: Headers
  readonly peer: Peer
  readonly body: RawBody
  /** Aborted when the client is gone or the server stops. */
  readonly signal: AbortSignal
}

export interface Peer {
  readonly address: string
  /** The connection is TLS, ended by us. */
  readonly secure: boolean
}

/** Header fields by lower-case name; values hold one char per byte (latin1) exactly as received, outer white space removed. */
export interface Headers {
  /** The only value, several joined with ','; undefined when absent. */
  get(name: string): string | undefined
  /** Every value, in order of arrival. */
  all(name: string): readonly string[]
  names(): Iterable<string>
}

/**
 * The message body below any aws-chunked framing. Its first read sends `100 Continue` where the client waits for it. A chunk
 * is lent: once the next one is asked for, its bytes are gone.
 */
export interface RawBody extends AsyncIterable<Uint8Array> {
  /** From Content-Length; undefined with Transfer-Encoding: chunked or without a body length at all. */
  readonly lengthBytes: number | undefined
  /** The request carries `Transfer-Encoding: chunked`. */
  readonly chunked: boolean
}

/** A stream whose bytes may be in hand. */
export type ReplyStream = AsyncIterable<Uint8Array> & Pick<Payload, 'inHand'>

export interface Reply {
  readonly status: number
  /** Written in this order. Values are one char per byte (latin1). */
  readonly headers: ReadonlyArray<readonly [name: string, value: string]>
  /**
   * A stream needs a Content-Length among the headers, else it goes out chunked. The bytes, of a stream too, are given away:
   * their memory is freed when the network has taken them.
   */
  readonly body: Uint8Array | ReplyStream | undefined
  /** The request body is not read to its end: the connection must not be used again. */
  readonly close?: boolean
}
