/** Bodies and runs for the payload tests. */
import type { Payload } from '../../src/model/payload.ts'

export interface BodyFacts {
  readonly lengthBytes?: number | undefined
  readonly chunkBytes?: number
  readonly trailer?: readonly [name: string, value: string] | undefined
  readonly announcedTrailer?: string | undefined
  /** Thrown after the last byte. */
  readonly error?: Error | undefined
}

/** A body as the wire layer gives it: its trailers are there once the last byte was read. */
export function bodyOf(bytes: Uint8Array, facts: BodyFacts = {}): Payload {
  const trailers = new Map<string, string>()
  const chunkBytes = facts.chunkBytes ?? 65_536
  return {
    lengthBytes: 'lengthBytes' in facts ? facts.lengthBytes : bytes.length,
    trailers,
    announcedTrailer: facts.announcedTrailer ?? facts.trailer?.[0],
    async *[Symbol.asyncIterator]() {
      for (let from = 0; from < bytes.length; from += chunkBytes) {
        yield bytes.subarray(from, from + chunkBytes)
      }
      if (facts.error !== undefined) throw facts.error
      if (facts.trailer !== undefined) trailers.set(...facts.trailer)
    },
  }
}

/** A check for assert.rejects and assert.throws: this code, this message, these elements. */
export function s3Error(code: string, message?: string, detail?: object): object {
  return { name: 'S3Error', code, ...(message && { message }), ...(detail && { detail }) }
}
