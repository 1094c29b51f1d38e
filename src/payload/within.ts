/** A body whose size somebody has limited beforehand, as the policy of a form does. */
import { S3Error } from '../model/errors.ts'
import type { Payload } from '../model/payload.ts'

/** Both ends are included. */
export interface SizeRange {
  readonly minBytes: number
  readonly maxBytes: number
}

/** Nobody knows its length before it ends. Reading throws EntityTooLarge as soon as it is, EntityTooSmall at the end. */
export function within(bytes: AsyncIterable<Uint8Array>, range: SizeRange): Payload {
  return {
    lengthBytes: undefined,
    trailers: new Map(),
    announcedTrailer: undefined,
    [Symbol.asyncIterator]: () => measured(bytes, range),
  }
}

async function* measured(
  bytes: AsyncIterable<Uint8Array>,
  { minBytes, maxBytes }: SizeRange,
): AsyncGenerator<Uint8Array> {
  let sizeBytes = 0
  for await (const run of bytes) {
    sizeBytes += run.length
    if (sizeBytes > maxBytes) {
      throw new S3Error('EntityTooLarge', { ProposedSize: sizeBytes, MaxSizeAllowed: maxBytes })
    }
    yield run
  }
  if (sizeBytes >= minBytes) return
  throw new S3Error('EntityTooSmall', { ProposedSize: sizeBytes, MinSizeAllowed: minBytes })
}
