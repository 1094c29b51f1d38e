/** Who may ask: accounts own buckets; keys act for accounts. */

export interface Account {
  /** 64 hex digits, as S3's Owner.ID. */
  readonly canonicalId: string
  /** 12 digits, as `x-amz-expected-bucket-owner`. */
  readonly accountId: string
  readonly displayName: string
  readonly email: string | undefined
}

export interface AccessKey {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  /** A temporary key works only together with this token. */
  readonly sessionToken: string | undefined
  readonly account: Account
}

/** The keys that this server knows. */
export interface Credentials {
  find(accessKeyId: string): AccessKey | undefined
  account(canonicalId: string): Account | undefined
}
