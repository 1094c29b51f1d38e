/** How a body must prove itself: declared here, fulfilled by identity, applied while the body is read. */

export type Seal =
  /** Nothing signed: UNSIGNED-PAYLOAD, presigned URLs without a hash. */
  | { readonly kind: 'unsigned' }
  /** `x-amz-content-sha256` holds the hash of the whole body, lower-case hex. */
  | { readonly kind: 'sha256'; readonly hex: string }
  /** aws-chunked framing; `chunks` is absent for STREAMING-UNSIGNED-PAYLOAD-TRAILER. */
  | {
      readonly kind: 'aws-chunked'
      readonly chunks: ChunkVerifier | undefined
      readonly trailer: boolean
    }

/** Checks the rolling signatures of one body, in order. Each call throws SignatureDoesNotMatch. */
export interface ChunkVerifier {
  chunk(signature: string, dataSha256: Uint8Array): void
  /** `canonical` is `name:value\n` of every trailing field, as signed. */
  trailer(signature: string, canonical: Uint8Array): void
}
