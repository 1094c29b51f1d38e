/** Bytes of a copy that cannot stay as they are: read, opened, and made durable again under another key, or under none. */
import { uploadSizeBytesMax } from '../base/limits.ts'
import type { Payload } from '../model/payload.ts'
import type { ChecksumAlgorithm } from '../payload/checksums/algorithms.ts'
import type { DeclaredDigests } from '../payload/declared.ts'
import type { DataKey } from '../payload/encryption/envelope.ts'
import type { Ingested } from '../payload/ingested.ts'
import type { BlobAbout } from '../stores/blobs/store.ts'
import type { Service } from './service.ts'

export interface Resealing {
  /** Of the source, open; no more than one copy may have. */
  readonly bytes: Payload
  readonly compute: ChecksumAlgorithm | undefined
  readonly about: BlobAbout
  readonly dataKey: DataKey | undefined
}

/** Nobody sends these bytes, so nobody says anything of them. */
const undeclared: DeclaredDigests = {
  md5: undefined,
  checksum: undefined,
  trailer: undefined,
  md5Shown: 'base64',
}

/** Rejects with BlobMissing or BlobCorrupt where the source is not what was stored. */
export function resealed(
  { bytes, compute, about, dataKey }: Resealing,
  s3: Service,
): Promise<Ingested> {
  return s3.ingest(bytes, {
    declared: undeclared,
    compute: compute === undefined ? [] : [compute],
    sizeBytesMax: uploadSizeBytesMax,
    about,
    dataKey,
  })
}
