/** Who may ask: accounts own buckets; keys act for accounts. */
import type { Instant } from '../base/clock.ts'

export interface Account {
  /** 64 hex digits, as S3's Owner.ID. */
  readonly canonicalId: string
  /** 12 digits, as `x-amz-expected-bucket-owner`. */
  readonly accountId: string
  readonly displayName: string
  readonly email: string | undefined
  /** Whoever brings no credentials: see `anonymous`. */
  readonly isAnonymous?: true
}

/** Everybody without credentials is one caller, with the id that S3 shows for it. No account can have an id of this length. */
export const anonymous: Account = Object.freeze({
  canonicalId: '65a011a29cdf8ec533ec3d1ccaae921c',
  accountId: '',
  displayName: 'anonymous',
  email: undefined,
  isAnonymous: true,
})

export interface AccessKey {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  /** A temporary key works only together with this token. */
  readonly sessionToken: string | undefined
  /** From this moment on the key is no good; absent for one that lasts. */
  readonly expires?: Instant | undefined
  readonly account: Account
}

/** What the token service takes for a token, as IBM's IAM. */
export interface ApiKey {
  /** Names the key in the log as an access key id does; it is no secret. */
  readonly accessKeyId: string
  readonly apiKey: string
  readonly account: Account
}

/** The keys that this server knows. */
export interface Credentials {
  find(accessKeyId: string): AccessKey | undefined
  account(canonicalId: string): Account | undefined
  /** Accounts with this e-mail address, in whatever case it is written. */
  accountsWithEmail(email: string): readonly Account[]
}
