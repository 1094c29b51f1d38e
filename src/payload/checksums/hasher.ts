/** One running checksum. */

/** `digest` ends it: big-endian bytes, as S3 encodes them in base64. */
export interface Hasher {
  update(bytes: Uint8Array): void
  digest(): Uint8Array
}
