/** Sizes by name. A limit is declared once, with its unit and its reason, and imported from here. */

export const kibibyte = 1024
export const mebibyte: number = 1024 * kibibyte
export const gibibyte: number = 1024 * mebibyte
export const tebibyte: number = 1024 * gibibyte

/** Every part but the last (S3 EntityTooSmall, judged by CompleteMultipartUpload). */
export const partSizeBytesMin: number = 5 * mebibyte
/** One PutObject, one part, one copied part (S3 EntityTooLarge). */
export const uploadSizeBytesMax: number = 5 * gibibyte
/** One object, as of AWS's general-purpose quotas (raised from 5 TiB in December 2025). */
export const objectSizeBytesMax: number = 50 * tebibyte
export const partNumberMax = 10_000
/** UTF-8 bytes of a key (S3 KeyTooLongError). */
export const keyBytesMax = 1024
/** Names and values of user metadata together (S3 MetadataTooLarge). */
export const metadataBytesMax: number = 2 * kibibyte
/** Keys, parts, uploads, deletions in one request or page. */
export const pageEntriesMax = 1000
/** Objects up to this size are kept in the metadata database, in a table of their own: one commit, one fsync, no file. */
export const inlineBytesMax: number = 16 * kibibyte
