/** What a request says of its sender, in one of the two forms of SigV4, before any of it is believed. */
import type { Scope } from './scope.ts'

export interface Claim {
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
