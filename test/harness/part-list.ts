/** The document of CompleteMultipartUpload, as clients send it. */

export interface ListedPart {
  readonly number: number
  /** With quotes or without; S3 takes both. */
  readonly etag: string
}

/** In this order. */
export function partList(parts: readonly ListedPart[]): string {
  const listed = parts.map(
    ({ number, etag }) => `<Part><PartNumber>${number}</PartNumber><ETag>${etag}</ETag></Part>`,
  )
  return `<CompleteMultipartUpload>${listed.join('')}</CompleteMultipartUpload>`
}
