/** Choices of the operator that change what S3's rules say. */

import type { Dialect } from '../model/dialects/dialect.ts'
/** Who owns what others write into a bucket, and whether ACLs count there. */
export type ObjectOwnership = 'BucketOwnerEnforced' | 'BucketOwnerPreferred' | 'ObjectWriter'

export interface Settings {
  readonly region: string
  /** Checksum of an object whose request brings none (S3's own since December 2024: CRC64NVME); 'none' keeps none. */
  readonly defaultChecksum: 'CRC64NVME' | 'none'
  /** How bytes are encrypted for whom neither the request nor the bucket says so; AES256 is SSE-S3. */
  readonly defaultEncryption: 'none' | 'AES256'
  /** Keys of customers (SSE-C) are taken over plain HTTP too, where anybody on the way can read them. */
  readonly customerKeysOverHttp: boolean
  /** `Location` and listings name the endpoint by this, e.g. http://127.0.0.1:9000. */
  readonly endpoint: string
  /** Absent, AWS's. */
  readonly dialect?: Dialect
  /** Of buckets whose creation names none; absent, S3's own since April 2023: BucketOwnerEnforced. */
  readonly defaultObjectOwnership?: ObjectOwnership
  /** New buckets block public access; absent, they do, as S3's since April 2023. */
  readonly defaultPublicAccessBlock?: boolean
}
