/** What a request says of its sender, in one of the ways of S3, before any of it is believed. */
import type { Scope } from './scope.ts'

export type Claim = ClaimV4 | ClaimV2

/** SigV4. */
export interface ClaimV4 {
  readonly version: 4
  readonly form: 'header' | 'query'
  readonly accessKeyId: string
  readonly scope: Scope
  /** In the client's order; lower case if the client is right. */
  readonly signedHeaders: readonly string[]
  readonly signature: string
  /** ISO 8601 basic form, as it stands in the string to sign. */
  readonly timestamp: string
  readonly sessionToken: string | undefined
}

/** SigV2. */
export interface ClaimV2 {
  readonly version: 2
  readonly form: 'header' | 'query'
  readonly accessKeyId: string
  /** Base64. */
  readonly signature: string
  /** The line of the date in the string to sign: Date, or Expires, or nothing beside x-amz-date. */
  readonly date: string
  readonly sessionToken: string | undefined
}
