/** Emit: the bytes of an object, or of a range of it, whatever runs they lie in. */
import type { FoundObject } from '../stores/metadata/store.ts'
import type { ByteRange } from '../stores/blobs/store.ts'
import type { Payload } from '../model/payload.ts'

/** The content is held until the stream ends or is left, so reclaim does not take it from under the reader. */
export type Emit = (found: FoundObject, range: ByteRange) => Payload
